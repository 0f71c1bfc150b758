import { describe, expect, it } from '@jest/globals';
import { makePlan, type Plan } from '../../../src/maintenance/plan/make-plan.ts';
import type { Seen } from '../../../src/maintenance/plan/seen.ts';
import type { MaintenanceSettings } from '../../../src/maintenance/plan/settings.ts';
import { cluster, full, GiB, gone, MiB, settings, type MemberSketch } from './cluster.ts';

const plan = (seen: Seen, more: Partial<MaintenanceSettings> = {}): Plan => makePlan(seen, { ...settings, ...more });
const written = ({ steps }: Plan): string[] =>
  steps.map(({ step, member }) => (member ? `${step} ${member.name}` : step));
const everywhere = (sketch: MemberSketch): Record<string, MemberSketch> => ({ a: sketch, b: sketch, c: sketch });
const single = (sketch: MemberSketch): Record<string, MemberSketch> => ({ a: sketch, b: gone, c: gone });

describe('a plan does nothing', () => {
  it.each([
    ['while every file is within the budget', cluster(), {}],
    [
      'on a file just at the budget',
      cluster(everywhere({ sizeBytes: Math.floor(0.8 * 2 * GiB), inUseBytes: 1.5 * GiB })),
      {},
    ],
    [
      'on fragmentation of a small file: etcd uses its free pages again',
      cluster({ b: { sizeBytes: 0.39 * 2 * GiB, inUseBytes: MiB } }),
      {},
    ],
    [
      'on free pages worth less than 10 % of the quota',
      cluster({ b: { sizeBytes: 0.5 * 2 * GiB, inUseBytes: 0.41 * 2 * GiB } }),
      { maxFragmentation: 0.1 },
    ],
    [
      'below a budget of bytes, the quota being unknown',
      cluster(everywhere({ quotaBytes: null })),
      { budget: { bytes: GiB } },
    ],
    [
      'on a file above the budget while what is in use is within it and 10 % of the quota cannot be won',
      cluster(everywhere({ sizeBytes: 0.82 * 2 * GiB, inUseBytes: 0.75 * 2 * GiB })),
      {},
    ],
    ['because of a learner above the budget', cluster({ d: { ...full, isLearner: true } }), {}],
  ])('%s', (_, seen, more) => {
    expect(plan(seen, more)).toMatchObject({ decision: 'nothing-to-do', steps: [] });
  });
});

describe('a plan that does nothing', () => {
  it('says why the largest of the files above the budget is left as it is', () => {
    const seen = cluster({
      a: { sizeBytes: 0.82 * 2 * GiB, inUseBytes: 0.75 * 2 * GiB },
      b: { sizeBytes: 0.85 * 2 * GiB, inUseBytes: 0.78 * 2 * GiB },
    });
    expect(plan(seen).why).toBe(
      "b's file of 1.7 GiB stays above the budget of 1.6 GiB, with 1.6 GiB in use: a defragmentation would free 143.4 MiB, " +
        'less than 10 % of the quota, and etcd uses its free pages before the file grows',
    );
  });
});

describe('a plan acts', () => {
  it.each([
    [
      'on what is in use above the budget, although little is free: a compaction may free more',
      cluster({ b: { sizeBytes: 0.83 * 2 * GiB, inUseBytes: 0.81 * 2 * GiB } }),
      {},
      /above the budget/,
    ],
    [
      'on a file above the budget with 10 % of the quota to win',
      cluster({ b: { sizeBytes: 0.82 * 2 * GiB, inUseBytes: 0.71 * 2 * GiB } }),
      {},
      /above the budget/,
    ],
    [
      'on a file above the budget',
      cluster({ b: { sizeBytes: 0.81 * 2 * GiB } }),
      {},
      /b's file of 1\.6 GiB is above the budget/,
    ],
    [
      'on a file above a budget of bytes',
      cluster({ b: { sizeBytes: 0.5 * GiB } }),
      { budget: { bytes: 0.4 * GiB } },
      /above the budget of 409\.6 MiB/,
    ],
    [
      'on fragmentation of a file above 40 % of the quota',
      cluster({ b: { sizeBytes: 0.41 * 2 * GiB, inUseBytes: MiB } }),
      {},
      /of b's 839\.7 MiB are free pages/,
    ],
    ['on any NOSPACE alarm, small files or not', cluster({}, ['NOSPACE c']), {}, /NOSPACE is armed for c/],
    [
      'by the quota that was given where none can be read',
      cluster(everywhere({ quotaBytes: null, sizeBytes: GiB })),
      { quotaBytes: GiB },
      /above the budget/,
    ],
    ['on one voter with consent', cluster(single(full)), { acceptOutage: true }, /above the budget/],
    ['on one voter whose writes are refused already', cluster(single(full), ['NOSPACE a']), {}, /NOSPACE/],
    [
      'under etcd 3.5.2 with consent',
      cluster({ a: full, b: { version: '3.5.2', freeDiskBytes: GiB } }),
      { acceptVersionRisk: true },
      /above/,
    ],
  ])('%s', (_, seen, more, why) => {
    expect(plan(seen, more)).toMatchObject({ decision: 'act', why: expect.stringMatching(why) });
  });

  it('takes the evidence first, alarmed and fullest followers next, the leader last and relieved of it, then disarms and proves', () => {
    const seen = cluster({ a: full, b: { ...full, sizeBytes: 3 * GiB }, c: full, d: full }, ['NOSPACE c', 'NOSPACE a']);
    expect(written(plan(seen))).toEqual([
      'lock',
      'evidence c',
      'compact c',
      'compact b',
      'compact d',
      'compact a',
      'settle',
      'defragment c',
      'defragment b',
      'defragment d',
      'move-leader a',
      'defragment a',
      'disarm',
      'verify',
    ]);
  });

  it('without evidence where that was decided, and without disarming where nothing is armed', () => {
    const seen = cluster({ a: full, b: gone, c: gone });
    expect(written(plan(seen, { evidence: false, acceptOutage: true }))).toEqual([
      'lock',
      'compact a',
      'settle',
      'defragment a',
      'verify',
    ]);
  });

  it('on a member with two client URLs once', () => {
    const seen = cluster({
      ...everywhere(full),
      b: { ...full, clientUrls: ['http://b:2379', 'http://10.0.0.2:2379'] },
    });
    expect(written(plan(seen)).filter((step) => step === 'defragment b')).toHaveLength(1);
  });

  it('never on a learner, even the first in the list', () => {
    const seen = cluster({ ...everywhere(full) });
    const [a, b, c] = seen.members;
    const learner = cluster({ d: { isLearner: true } }).members.at(-1);
    const steps = written(plan({ ...seen, members: [learner!, a!, b!, c!] }));
    expect(steps.filter((step) => step.endsWith(' d'))).toEqual([]);
  });

  it('waits first for a defragmentation that an earlier run left behind', () => {
    const [, first] = written(plan(cluster({ b: { defragmenting: true } })));
    expect(first).toBe('wait-for-defragmentation b');
  });

  it('warns of two voters, of old versions and of a long stall', () => {
    const seen = cluster({
      a: { ...full, version: '3.5.5', freeDiskBytes: GiB },
      b: { inUseBytes: 8 * GiB, sizeBytes: 8 * GiB },
      c: gone,
    });
    const { warnings } = plan(seen);
    expect(warnings).toEqual([
      expect.stringMatching(/^etcd 3\.5\.5: a crash during a defragmentation/),
      expect.stringMatching(/^etcd 3\.5\.5: it panics where the disk fills/),
      expect.stringMatching(/^etcd 3\.5\.5: a snapshot that arrives/),
      expect.stringMatching(/^two voters/),
      expect.stringMatching(/may be blocked for 2 min/),
    ]);
  });
});

describe('a plan refuses', () => {
  it.each([
    [
      'CORRUPT, whatever else is armed',
      cluster(everywhere(full), ['NOSPACE a', 'CORRUPT b']),
      {},
      /^CORRUPT is armed for b.*Nothing more is touched/,
    ],
    [
      'CORRUPT listed before NOSPACE',
      cluster(everywhere(full), ['CORRUPT b', 'NOSPACE a']),
      {},
      /^CORRUPT is armed for b/,
    ],
    ['an alarm that nobody knows', cluster(everywhere(full), ['NOSPACE a', 'ALARM7 b']), {}, /an alarm we do not know/],
    [
      'endpoints of different clusters',
      { ...cluster(everywhere(full)), strangers: ['different clusters'] },
      {},
      /different clusters/,
    ],
    [
      'a voter that does not answer',
      cluster({ a: full, b: { silence: 'nothing listens' } }),
      {},
      /member b does not answer: nothing listens/,
    ],
    [
      'a member that never started',
      cluster({ a: full, b: { silence: 'none', clientUrls: [] } }),
      {},
      /member b has never started/,
    ],
    ['a cluster without a leader', cluster(everywhere({ ...full, leaderId: '0' })), {}, /there is no leader/],
    ['members that name different leaders', cluster({ a: full, b: { leaderId: '7' } }), {}, /different leaders/],
    ['members in different terms', cluster({ a: full, b: { raftTerm: 3 } }), {}, /different raft terms/],
    [
      'a follower that lags',
      cluster({ a: full, b: { raftAppliedIndex: 48_000 } }),
      {},
      /member b is 2000 raft entries behind/,
    ],
    [
      'a voter that no linearizable read goes through',
      cluster({ a: full, b: { unreadable: 'timed out' } }),
      {},
      /through member b failed/,
    ],
    ['errors of a member', cluster({ a: full, b: { errors: ['etcdserver: mvcc: something'] } }), {}, /member b says/],
    ['an unknown quota, and asks for it', cluster(everywhere({ ...full, quotaBytes: null })), {}, /give --quota BYTES/],
    [
      'an unknown quota within budget too, since that cannot be known',
      cluster(everywhere({ quotaBytes: null })),
      {},
      /give --quota BYTES/,
    ],
    ['an outage of the only voter', cluster(single(full)), {}, /give --accept-outage/],
    ['etcd 3.5.2', cluster({ a: full, b: { version: '3.5.2', freeDiskBytes: GiB } }), {}, /--accept-version-risk/],
    ['an old etcd whose disk cannot be seen', cluster({ a: full, b: { version: '3.4.23' } }), {}, /give --free-disk/],
    [
      'a learner that would arm the alarm again, with the way out',
      cluster({ ...everywhere(full), d: { ...full, isLearner: true } }, ['NOSPACE d']),
      {},
      /learner d holds .* promote it .* or remove it/,
    ],
  ])('%s', (_, seen, more, why) => {
    expect(plan(seen, more)).toMatchObject({ decision: 'refused', why: expect.stringMatching(why), steps: [] });
  });
});
