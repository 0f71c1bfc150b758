import { describe, expect, it } from '@jest/globals';
import { checks } from '../../../../src/maintenance/checks/catalogue.ts';
import { runChecks } from '../../../../src/maintenance/checks/run-checks.ts';
import type { Seen } from '../../../../src/maintenance/checks/seen.ts';
import { itJudges, type Case } from './cases.ts';
import { day, GiB, member, MiB, minute, now, outcome, seen } from './world.ts';

const three = (change: Parameters<typeof member>[1]) => seen({ members: [member(1), member(2), member(3, change)] });
const all = (change: Parameters<typeof member>[1]) => seen({ members: [1, 2, 3].map((id) => member(id, change)) });
const nospace = { errors: ['memberID:3 alarm:NOSPACE '], alarms: ['NOSPACE'] };

const cases: readonly Case<Seen>[] = [
  ['every member answers', 'members answer', seen(), 'ok', /^all 3 answer$/],
  [
    'some were found in the list',
    'members answer',
    seen({ members: [member(1), member(2, { found: true })] }),
    'ok',
    /not given, .*etcd-2/,
  ],
  [
    'one is silent',
    'members answer',
    seen({ silent: [{ name: 'etcd-2', why: 'https://x did not answer within 5 s' }] }),
    'failed',
    /^etcd-2: https:\/\/x did not answer/,
  ],
  [
    'one never started',
    'members answer',
    seen({ listed: [{ id: '255', name: '', clientUrls: [], isLearner: false }] }),
    'failed',
    /member ff has never started/,
  ],
  [
    'an endpoint belongs to another etcd',
    'one cluster',
    three({ status: { clusterId: '255' } }),
    'failed',
    /4d on etcd-1 and etcd-2, ff on etcd-3/,
  ],
  ['all follow one', 'one leader', seen(), 'ok', /^etcd-1, in term 4$/],
  ['one follows nobody', 'one leader', three({ status: { leaderId: '0' } }), 'failed', /no leader on etcd-3/],
  ['terms differ', 'one leader', three({ status: { raftTerm: 5 } }), 'failed', /term 5 on etcd-3/],
  ['three vote', 'number of members', seen(), 'ok', /3 voters: 1 of them may fail/],
  ['four vote', 'number of members', seen({ members: [1, 2, 3, 4].map((id) => member(id)) }), 'warning', /^4 voters/],
  ['two vote', 'number of members', seen({ members: [member(1), member(2)] }), 'warning', /2 voters: none of them/],
  ['one votes', 'number of members', seen({ members: [member(1)] }), 'ok', /its outage is the outage of etcd/],
  [
    'learners do not count',
    'number of members',
    seen({ members: [1, 2, 3, 4].map((id) => member(id, { status: { isLearner: id === 4 } })) }),
    'ok',
    /^3 voters/,
  ],
  ['all belong to one', 'one cluster', seen(), 'ok', /^cluster 4d$/],
  ['all vote', 'learners', seen(), 'ok', /^none$/],
  ['one is a learner', 'learners', three({ status: { isLearner: true } }), 'warning', /^etcd-3 does not vote/],
  ['one is 999 behind', 'lag', three({ status: { raftAppliedIndex: 899_001 } }), 'ok', /^999 entries at most/],
  ['one is 1,000 behind', 'lag', three({ status: { raftAppliedIndex: 899_000 } }), 'warning', /etcd-3 is 1,000/],
  ['one is 5,000 behind', 'lag', three({ status: { raftAppliedIndex: 895_000 } }), 'failed', /etcd-3 is 5,000/],
  ['clocks agree', 'clocks', seen(), 'ok', /^at most 1.0 s apart/],
  [
    'a clock is 10 s ahead',
    'clocks',
    three({ clock: { offsetMs: 10_020, errorMs: 510 } }),
    'warning',
    /etcd-3 is 10.0 s ahead of etcd-1, give or take 1.0 s/,
  ],
  [
    'a clock is ahead by no more than the error',
    'clocks',
    three({ clock: { offsetMs: 2_500, errorMs: 510 } }),
    'ok',
    /apart/,
  ],
  ['no member serves HTTP', 'clocks', all({ clock: undefined }), 'skipped', /^unknown/],
  ['it is 3.6.8', 'version', seen(), 'ok', /^3.6.8 on every member$/],
  ['it is 3.5.2', 'version', all({ status: { version: '3.5.2' } }), 'failed', /crash can leave its members/],
  ['it is 3.4.13', 'version', all({ status: { version: '3.4.13' } }), 'warning', /under NOSPACE it refuses/],
  ['one is older', 'version', three({ status: { version: '3.5.30' } }), 'warning', /3.5.30 on etcd-3/],
  ['it is 3.3', 'version', all({ status: { version: '3.3.27' } }), 'warning', /too old/],
  ['it is newer than we know', 'version', all({ status: { version: '3.7.0' } }), 'ok', /^3.7.0/],
  ['none is armed', 'alarms', seen(), 'ok', /^none$/],
  ['NOSPACE is armed', 'alarms', all({ status: nospace }), 'failed', /^NOSPACE of etcd-3: etcd refuses every write/],
  [
    'CORRUPT stands behind NOSPACE',
    'alarms',
    all({ status: { errors: [...nospace.errors, 'memberID:2 alarm:CORRUPT '] } }),
    'failed',
    /^CORRUPT of etcd-2, NOSPACE of etcd-3: members disagree/,
  ],
  ['it is 8 GiB', 'quota', seen(), 'ok', /^8.0 GiB on every member$/],
  ['it is the default', 'quota', all({ quotaBytes: 2 * GiB }), 'warning', /default/],
  ['members differ', 'quota', three({ quotaBytes: 4 * GiB }), 'warning', /4.0 GiB on etcd-3: the smallest counts/],
  ['it is larger than advised', 'quota', all({ quotaBytes: 16 * GiB }), 'warning', /more than the 8 GiB/],
  ['nobody states it', 'quota', all({ quotaBytes: null }), 'skipped', /^unknown: etcd 3.5.9 does not state it$/],
  ['it is not there', 'stray key quota-backend-bytes', seen(), 'ok', /^not there$/],
  [
    'it says more than the quota',
    'stray key quota-backend-bytes',
    seen({ strayQuota: '17179869184' }),
    'failed',
    /"17179869184" .*the quota is a flag, and is 8.0 GiB/,
  ],
  [
    'it says what the quota is',
    'stray key quota-backend-bytes',
    seen({ strayQuota: '8589934592' }),
    'warning',
    /changes nothing/,
  ],
  ['it says nonsense', 'stray key quota-backend-bytes', seen({ strayQuota: '8G' }), 'failed', /"8G"/],
  ['it may not be read', 'stray key quota-backend-bytes', seen({ strayQuota: null }), 'skipped', /^unknown/],
  ['the data is elsewhere', 'volume', seen(), 'skipped', /^unknown/],
  [
    'the volume is smaller than the quota',
    'volume',
    all({ volume: { totalBytes: 5 * GiB, freeBytes: 4 * GiB } }),
    'failed',
    /full before the quota is reached/,
  ],
  [
    'there is no room for a defragmentation',
    'volume',
    all({
      volume: { totalBytes: 9 * GiB, freeBytes: 2 * GiB },
      status: { sizeBytes: 7 * GiB, inUseBytes: 6 * GiB },
    }),
    'warning',
    /too little for a defragmentation/,
  ],
  ['there is room', 'volume', all({ volume: { totalBytes: 50 * GiB, freeBytes: 40 * GiB } }), 'ok', /40.0 GiB of 50.0/],
  ['all are small', 'size', seen(), 'ok', /4\.9 %\) at etcd-1/],
  ['one is at 60 %', 'size', three({ status: { sizeBytes: 0.6 * 8 * GiB } }), 'warning', /60.0 %\) at etcd-3/],
  ['one is at 80 %', 'size', three({ status: { sizeBytes: 0.8 * 8 * GiB } }), 'failed', /80.0 %\) at etcd-3/],
  [
    'half of a large file is free',
    'fragmentation',
    three({ status: { sizeBytes: 4 * GiB, inUseBytes: GiB } }),
    'warning',
    /^75.0 % of 4.0 GiB at etcd-3$/,
  ],
  ['half of a small file is free', 'fragmentation', three({ status: { inUseBytes: 40 * MiB } }), 'ok', /a small file/],
  ['nothing grows', 'time to quota', seen(), 'ok', /nothing grew/],
  ['it grows by 1 MiB/s, compacted', 'time to quota', all({ grownTo: 310 * MiB }), 'ok', /^2 h 11 min if nothing were/],
  [
    'it grows by 1 MiB/s and nobody compacts',
    'time to quota',
    seen({ members: [member(1, { grownTo: 310 * MiB, lastCompaction: now - day })], note: undefined }),
    'warning',
    /2 h 11 min/,
  ],
  [
    'it grows by 10 MiB/s and nobody compacts',
    'time to quota',
    seen({ members: [member(1, { grownTo: 400 * MiB, lastCompaction: undefined })], note: undefined }),
    'failed',
    /13 min/,
  ],
  ['space was freed meanwhile', 'time to quota', all({ grownTo: 200 * MiB }), 'skipped', /^unknown: space was freed/],
  ['it is on', 'auto-compaction', seen(), 'ok', /^periodic, 30m on every member$/],
  ['it is off', 'auto-compaction', all({ flags: { 'auto-compaction-retention': '0' } }), 'warning', /^off/],
  ['it is off on one', 'auto-compaction', three({ flags: { name: 'etcd-3' } }), 'warning', /off on etcd-3/],
  ['it is in hours', 'auto-compaction', all({ flags: { 'auto-compaction-retention': '1' } }), 'ok', /^periodic, 1 h/],
  ['it keeps two days', 'auto-compaction', all({ flags: { 'auto-compaction-retention': '48h' } }), 'warning', /a day/],
  [
    'it counts revisions',
    'auto-compaction',
    all({ flags: { 'auto-compaction-mode': 'revision', 'auto-compaction-retention': '1000' } }),
    'ok',
    /^revision, 1000/,
  ],
  ['kube-apiserver compacts', 'last compaction', seen(), 'ok', /^3 min ago by kube-apiserver; 500 revisions are kept$/],
  [
    'etcd compacted beyond it',
    'last compaction',
    all({ compactRevision: 499_900 }),
    'ok',
    /by etcd itself, beyond kube-apiserver's 499,500/,
  ],
  [
    'nobody ever did and it is small',
    'last compaction',
    seen({
      note: undefined,
      members: [member(1, { compactRevision: -1, lastCompaction: undefined, status: { revision: 40 } })],
    }),
    'ok',
    /nothing was ever compacted: 40 revisions/,
  ],
  [
    'nobody ever did',
    'last compaction',
    seen({ note: undefined, members: [member(1, { compactRevision: -1, lastCompaction: undefined })] }),
    'failed',
    /nothing was ever compacted: 500,000/,
  ],
  [
    'the last was 20 minutes ago',
    'last compaction',
    seen({
      note: { revision: 480_000, writtenAt: now - 20 * minute },
      members: [member(1, { compactRevision: 480_000, lastCompaction: undefined, flags: { name: 'a' } })],
    }),
    'warning',
    /^20 min ago by kube-apiserver; 20,000/,
  ],
  [
    'the last was two hours ago',
    'last compaction',
    seen({
      note: { revision: 480_000, writtenAt: now - 120 * minute },
      members: [member(1, { compactRevision: 480_000, lastCompaction: undefined, flags: { name: 'a' } })],
    }),
    'failed',
    /^2 h ago/,
  ],
  [
    'the last was long ago on an idle etcd',
    'last compaction',
    seen({ note: { revision: 499_500, writtenAt: now - day }, members: [member(1, { lastCompaction: undefined })] }),
    'ok',
    /^1 d ago/,
  ],
  [
    'nobody tells when',
    'last compaction',
    seen({ note: { revision: 499_500, writtenAt: undefined }, members: [member(1, { lastCompaction: undefined })] }),
    'ok',
    /unknown when/,
  ],
  ['ours is valid', 'client certificate', seen(), 'ok', /until 2027-09-17/],
  [
    'ours ends in 20 days',
    'client certificate',
    seen({ ownCertificates: [{ name: '--cert a', validTo: now + 20 * day }] }),
    'warning',
    /2027-03-21, 20 d from now \(--cert a\)/,
  ],
  [
    'ours has ended',
    'client certificate',
    seen({ ownCertificates: [{ name: '--cert a', validTo: now - day }] }),
    'failed',
    /--cert a expired on 2027-02-28/,
  ],
  [
    "a member's ends in 3 days",
    'server certificates',
    seen({
      presented: [
        { url: 'https://a:2379', chain: [{ subject: 'CN=a', validFrom: 0, validTo: now + 90 * day }] },
        { url: 'https://b:2379', chain: [{ subject: 'CN=b', validFrom: 0, validTo: now + 3 * day }] },
      ],
    }),
    'failed',
    /CN=b of https:\/\/b:2379/,
  ],
  [
    "a member's ends in 29 days",
    'server certificates',
    seen({
      presented: [{ url: 'https://a', chain: [{ subject: 'CN=a', validFrom: 0, validTo: now + 29 * day }] }],
    }),
    'warning',
    /29 d from now/,
  ],
  ['they are young', 'server certificates', seen(), 'ok', /^valid until 2027-12-26, 300 d from now/],
  ['there is no TLS', 'server certificates', seen({ presented: [] }), 'skipped', /without TLS/],
  ['ever', 'backup', seen(), 'skipped', /^unknown/],
];

describe('the checks', () => {
  itJudges({ cases, checks, outcome });

  it('find nothing wrong with a healthy etcd', () => {
    const bad = runChecks(seen()).filter(({ result }) => result === 'failed' || result === 'warning');
    expect(bad).toEqual([]);
  });

  it('skip what they cannot see when nobody answers, and fail', () => {
    const silent = [{ name: 'https://a:2379', why: 'nothing listens at https://a:2379' }];
    const outcomes = runChecks(seen({ members: [], listed: undefined, silent, note: undefined, strayQuota: null }));
    const judged = outcomes.filter(({ result }) => result !== 'skipped').map(({ name }) => name);
    expect(judged).toEqual(['members answer', 'client certificate']);
    expect(outcomes[0]).toMatchObject({ name: 'members answer', result: 'failed' });
  });

  it('advise the flags of the target at hand', () => {
    const { hint } = outcome('auto-compaction', all({ flags: { name: 'x' } }));
    expect(hint).toContain('auto-compaction-retention: "30m"');
    expect(hint).toContain('- --auto-compaction-retention=30m');
    expect(outcome('quota', all({ quotaBytes: 2 * GiB })).hint).toContain('quota-backend-bytes: "8589934592"');
  });

  it('have names that are told apart, and stand with those of their category', () => {
    const names = checks.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const categories = checks.map(({ category }) => category);
    const runs = categories.filter((category, i) => category !== categories[i - 1]);
    expect(new Set(runs).size).toBe(runs.length);
  });
});
