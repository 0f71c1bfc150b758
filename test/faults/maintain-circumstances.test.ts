import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AlarmAction, AlarmType, Etcd3 } from 'etcd3';
import { expect, it } from '@jest/globals';
import { etcdErrors } from '../../src/etcd/errors.ts';
import { refusals } from '../../src/etcd/refusals.ts';
import type { MaintenanceRecord } from '../../src/report/maintenance/schema.ts';
import { createAuthority } from '../etcd/harness/certificates.ts';
import { describeWith } from '../etcd/harness/describe-with.ts';
import { fullCluster, quotaBytes, started } from '../etcd/harness/full-cluster.ts';
import { fill, lostKeys } from '../etcd/harness/fill.ts';
import { grpcOnly } from '../etcd/harness/grpc-only.ts';
import { maintained, overlapping, story } from '../etcd/harness/maintain.ts';
import type { Etcd } from '../etcd/harness/start-etcd.ts';
import { followerOf } from '../etcd/harness/follower.ts';
import { mountSmallDisk } from '../etcd/harness/small-disk.ts';
import { requiredTool } from '../etcd/harness/tool.ts';
import { until } from '../etcd/harness/until.ts';
import { startWriter } from '../etcd/harness/writer.ts';

async function arm(endpoint: string, memberId: string, alarm: 'NOSPACE' | 'CORRUPT'): Promise<void> {
  const etcd = new Etcd3({ hosts: endpoint });
  const type = alarm === 'NOSPACE' ? AlarmType.Nospace : AlarmType.Corrupt;
  await etcd.maintenance.alarm({ action: AlarmAction.Activate, memberID: memberId, alarm: type });
  etcd.close();
}

describeWith(['etcd'], 'maintenance refuses, and touches nothing', () => {
  it('beside a CORRUPT alarm, in whatever order the two are listed', async () => {
    const { etcd } = await fullCluster();
    const { client, endpoint } = etcd;
    const { memberId, sizeBytes } = await client.status();
    await arm(endpoint, memberId, 'CORRUPT');
    const armed = await client.alarms();
    const before = await client.status();

    const record = await maintained(endpoint);

    expect(record).toMatchObject({ outcome: 'refused', why: expect.stringMatching(/^CORRUPT is armed/), steps: [] });
    const after = await client.alarms();
    expect(after).toEqual(expect.arrayContaining(armed));
    expect(after).toHaveLength(armed.length);
    expect(armed.map(({ alarm }) => alarm)).toEqual(expect.arrayContaining(['NOSPACE', 'CORRUPT']));
    const { revision, sizeBytes: sizeAfter } = await client.status();
    expect(revision).toBe(before.revision);
    // What was written before may have been committed since; a defragmentation would have made it smaller.
    expect(sizeAfter).toBeGreaterThanOrEqual(sizeBytes);
  });

  it('endpoints of different clusters', async () => {
    const [one, other] = [await started(), await started()];
    const record = await maintained(`${one.endpoint},${other.endpoint}`);
    expect(record).toMatchObject({
      outcome: 'refused',
      why: expect.stringMatching(/belong to different clusters.*name those of one/),
    });
  });

  it('while a voter is stopped, and says which', async () => {
    const { etcd } = await fullCluster();
    const stopped = await followerOf(etcd);
    process.kill(stopped.pid, 'SIGSTOP');
    const record = await maintained(etcd.endpoint, { commandTimeout: '1s' });
    process.kill(stopped.pid, 'SIGCONT');
    expect(record).toMatchObject({ outcome: 'refused', steps: [] });
    expect(record.why).toMatch(new RegExp(`member ${stopped.name} does not answer`));
  });

  it('a learner over the quota, with the way out, and leaves the alarm', async () => {
    const { etcd } = await fullCluster();
    await etcd.addLearner();
    const record = await maintained(etcd.endpoint);
    expect(record).toMatchObject({
      outcome: 'refused',
      why: expect.stringMatching(/learner .* promote it .* or remove it/),
    });
    expect(await etcd.client.alarms()).not.toEqual([]);
  });

  it('an outage of the only voter, while writes are still accepted', async () => {
    const { client, endpoint } = await started();
    await fill(client, { bytes: 0.6 * quotaBytes });
    const record = await maintained(endpoint, { budget: '50%' });
    expect(record).toMatchObject({ outcome: 'refused', why: expect.stringMatching(/--accept-outage/) });
    expect(await maintained(endpoint, { budget: '50%', acceptOutage: true, keep: '10' })).toMatchObject({
      outcome: 'done',
    });
  });

  it.each([
    ['does not exist', '/no/such/directory', /it does not exist/],
    ['cannot be written to', '/proc', /cannot take it/],
    ['is a file', '/dev/null', /it is no directory/],
  ])('a backup directory that %s, before compacting', async (_, backup, why) => {
    const { client, endpoint } = await started();
    await fill(client);
    const { revision } = await client.status();
    const record = await maintained(endpoint, { backup });
    expect(record).toMatchObject({ outcome: 'refused', why: expect.stringMatching(why), steps: [] });
    await expect(client.compact(revision - 500)).resolves.toBeUndefined(); // nobody had
  });

  it('while another run holds the lock, and says who', async () => {
    const { etcd } = await fullCluster();
    const lock = join(tmpdir(), `kubechurn-test-${randomUUID()}.lock`);
    let second: Promise<MaintenanceRecord> | undefined;
    const first = await maintained(etcd.endpoint, {
      lock,
      onDoing: (what) => {
        if (what.startsWith('compact')) second ??= maintained(etcd.endpoint, { lock });
      },
    });
    expect(await second).toMatchObject({
      outcome: 'refused',
      why: expect.stringMatching(new RegExp(`process ${process.pid} on `)),
    });
    expect(first.outcome).toBe('done');
    rmSync(lock, { force: true });
  });

  it('where what is in use does not fit below the quota, with what can be done', async () => {
    const { client, endpoint } = await started();
    await client
      .putAll(
        (function* () {
          for (let i = 0; ; i += 1) yield [`/registry/secrets/team-a/s-${i}`, Buffer.alloc(16_384, i)] as const;
        })(),
        { inFlight: 8 },
      )
      .catch(() => {}); // ends at the quota
    const record = await maintained(endpoint);
    expect(record).toMatchObject({ outcome: 'refused', verification: null });
    expect(record.steps.filter(({ step }) => step === 'defragment')).toEqual([]);
    expect(record.remaining.join('\n')).toMatch(/raise the quota: --quota-backend-bytes=33554432[^]*or delete/);
    expect(await client.alarms()).not.toEqual([]);
  });
});

const roleIsMissing =
  /permits this user neither snapshots nor defragmentation: nothing was changed; give a user with the role root/;

describeWith(['etcd-3.4', 'etcd-3.5', 'etcd', 'etcdctl'], 'maintenance under authentication', () => {
  // 3.4.43, 3.5.28 and 3.6 ask for root before they tell their status; in others all went well until something was changed.
  it.each([
    ['3.4', roleIsMissing],
    ['3.5', roleIsMissing],
    ['3.6', /does not permit this user its status: give a user with the role root/],
  ] as const)('of etcd %s by a user without root says so before anything is changed', async (version, sentence) => {
    const { client, endpoint } = await started({ version });
    await fill(client);
    const { revision } = await client.status();
    const etcdctl = (...args: string[]) =>
      execFileSync(requiredTool('etcdctl'), ['--endpoints', endpoint, ...args], { stdio: 'ignore' });
    etcdctl('role', 'add', 'all-keys');
    etcdctl('role', 'grant-permission', 'all-keys', 'readwrite', '--prefix=true', '');
    for (const [name, role] of [
      ['root', 'root'],
      ['owner', 'all-keys'],
    ] as const) {
      etcdctl('user', 'add', `${name}:pass`);
      etcdctl('user', 'grant-role', name, role);
    }
    etcdctl('auth', 'enable');
    const wish = { evidence: 'off', keep: '10', freeDisk: '10GiB', quota: String(quotaBytes) } as const;
    const refusal = (user: { user?: string }): Promise<string> =>
      maintained(endpoint, { ...wish, ...user }).then(
        ({ why, steps }) => `${why} ${steps.length} steps`,
        (error: unknown) => `${String(error)} 0 steps`,
      );
    expect(await refusal({ user: 'owner:pass' })).toMatch(new RegExp(`${sentence.source}.* 0 steps$`));
    expect(await refusal({})).toMatch(/has authentication turned on: give --user name:password.* 0 steps$/);
    etcdctl('--user=root:pass', 'get', '/registry', '--rev', String(revision - 500)); // throws where it was compacted
    expect(await maintained(endpoint, { ...wish, user: 'root:pass' })).toMatchObject({ outcome: 'done' });
  });
});

describeWith(['etcd-3.5'], 'maintenance of an etcd that does not state its quota', () => {
  it('refuses, and asks for it', async () => {
    const { client, endpoint } = await started({ version: '3.5' });
    await fill(client);
    const { url, close } = await grpcOnly(endpoint);
    const refused = await maintained(url);
    const told = await maintained(url, { quota: String(quotaBytes) });
    close();
    expect(refused).toMatchObject({ outcome: 'refused', steps: [], why: expect.stringMatching(/give --quota BYTES/) });
    expect(told.outcome).toBe('done');
  });
});

describeWith(['etcd'], 'maintenance of a member whose disk has no room for a copy', () => {
  it('is refused where that can be seen, and told where etcd says so', async () => {
    const disk = mountSmallDisk(44 * 2 ** 20);
    if (!disk) return console.warn('NOT RUN: a small disk, since this user may not mount one');
    const wal = mkdtempSync(join(tmpdir(), 'kubechurn-wal-'));
    const etcd = await started({
      quotaBytes: 64 * 2 ** 20,
      extraArgs: [`--data-dir=${disk.directory}/data`, `--wal-dir=${wal}`],
    });
    const live = Array.from(
      { length: 1_200 },
      (_, i) => [`/registry/secrets/team-a/s-${i}`, Buffer.alloc(16_384, 'x')] as const,
    );
    await etcd.client.putAll(live, { inFlight: 16 });
    await etcd.client.putAll(live.slice(0, 450), { inFlight: 16 });
    const wish = { budget: '20%', acceptOutage: true, keep: '2', evidence: 'off' } as const;
    const seen = await maintained(etcd.endpoint, wish);
    const unseen = await maintained(etcd.endpoint, { ...wish, blindToDisks: true });
    const { version } = etcd;
    await etcd.client.put('/registry/after', version);
    await etcd.stop();
    rmSync(wal, { recursive: true });
    disk.remove();
    expect(seen).toMatchObject({
      outcome: 'refused',
      why: expect.stringMatching(/the disk of member-1 has .* free, and a defragmentation needs/),
    });
    expect(unseen).toMatchObject({ outcome: 'failed', why: expect.stringMatching(/disk of .* is full/) });
  });
});

describeWith(['etcd-3.5', 'etcd-3.6'], 'maintenance during which CORRUPT is armed', () => {
  // Up to 3.5 etcd takes writes again, diverged members or not, once NOSPACE is disarmed.
  it.each(['3.5', '3.6'] as const)('on etcd %s stops, and leaves NOSPACE armed too', async (version) => {
    const { etcd } = await fullCluster({ version });
    const { client, endpoint } = etcd;
    const { memberId } = await client.status();
    let turns = 0;
    const record = await maintained(endpoint, {
      interfere: async (path) => {
        // The last one's turn: every file is small enough after it.
        if (path.endsWith('/Defragment') && ++turns === 3) await arm(endpoint, memberId, 'CORRUPT');
        return undefined;
      },
    });
    expect(record).toMatchObject({
      outcome: 'failed',
      why: expect.stringMatching(/^CORRUPT is armed for .*; NOSPACE stays armed, because CORRUPT of .* is too/),
    });
    expect(record.why).not.toMatch(/othing was touched/);
    expect(story(record).at(-1)).toBe('disarm: refused');
    const kinds = (await client.alarms()).map(({ alarm }) => alarm);
    expect(kinds).toEqual(expect.arrayContaining(['NOSPACE', 'CORRUPT']));
    await expect(client.put('/registry/configmaps/team-a/after', 'written')).rejects.toThrow(/corrupt|space/);
  });
});

describeWith(['etcd'], 'maintenance that something comes between', () => {
  it('whose call outlives its deadline waits until the member is done, and blocks no second one', async () => {
    const { etcd, acknowledged } = await fullCluster();
    // Until it reaches the member and yet ends before the member is done; a call that never arrived changed nothing.
    let record = await maintained(etcd.endpoint, { defragmentTimeout: '1ms' });
    for (const defragmentTimeout of ['3ms', '6ms', '12ms', '25ms', '50ms']) {
      if (record.outcome !== 'failed') break;
      expect(record.why).toMatch(/its file is as large as before/);
      record = await maintained(etcd.endpoint, { defragmentTimeout });
    }
    expect(record.outcome).toBe('done');
    expect(record.steps.some(({ step, why }) => step === 'defragment' && why.includes('finished it on its own'))).toBe(
      true,
    );
    expect(overlapping(record)).toEqual([]);
    expect(await lostKeys(etcd.client, acknowledged)).toEqual([]);
  });

  it('whose leader changes in the middle goes on with whoever leads then', async () => {
    const { etcd, acknowledged } = await fullCluster();
    let moved: Promise<void> | undefined;
    const record = await maintained(etcd.endpoint, {
      onDoing: (what) => {
        if (what.startsWith('defragment ')) moved ??= moveAway(etcd);
      },
    });
    await moved;
    expect(record.outcome).toBe('done');
    expect(overlapping(record)).toEqual([]);
    expect(await lostKeys(etcd.client, acknowledged)).toEqual([]);
  });
});

describeWith(['etcd'], 'maintenance of all kinds of clusters', () => {
  it('with TLS and client certificates', async () => {
    const authority = createAuthority('etcd-ca');
    const etcd = await started({ tls: { ...authority.issue('server'), clientCa: authority.ca } });
    const pair = authority.issue('admin');
    const record = await maintained(etcd.endpoint, { cacert: authority.ca, ...pair, budget: '1%', acceptOutage: true });
    authority.remove();
    expect(['done', 'partial', 'nothing-to-do']).toContain(record.outcome);
  });

  it('defragments a member with two client URLs once, both given', async () => {
    const { etcd } = await fullCluster({ members: 1, twoClientUrls: true });
    const urls = execFileSync(requiredTool('etcdctl'), ['--endpoints', etcd.endpoint, 'member', 'list', '-w', 'json'], {
      encoding: 'utf8',
    });
    const both = (JSON.parse(urls) as { members: { clientURLs: string[] }[] }).members.flatMap(
      ({ clientURLs }) => clientURLs,
    );
    expect(both).toHaveLength(2);
    const record = await maintained(both.join());
    expect(record.members).toHaveLength(1);
    expect(story(record).filter((line) => line.startsWith('defragment'))).toEqual(['defragment member-1: done']);
  });

  it('where some members only have the alarm', async () => {
    const { etcd } = await fullCluster();
    for (const endpoint of etcd.endpoints.slice(0, 1)) {
      const other = new Etcd3({ hosts: endpoint });
      const { alarms } = await other.maintenance.alarm({ action: AlarmAction.Get });
      other.close();
      expect(alarms.length).toBeLessThanOrEqual(3);
    }
    await arm(etcd.endpoint, (await etcd.client.status()).leaderId, 'NOSPACE');
    expect(await maintained(etcd.endpoint)).toMatchObject({ outcome: 'done' });
    expect(await etcd.client.alarms()).toEqual([]);
  });

  it('while another compactor races with it', async () => {
    const { etcd } = await fullCluster();
    const { revision } = await etcd.client.status();
    let racing: Promise<unknown> | undefined;
    const record = await maintained(etcd.endpoint, {
      keep: '50',
      onDoing: (what) => {
        if (what.startsWith('compact')) racing ??= etcd.client.compact(revision).catch(() => {});
      },
    });
    await racing;
    expect(record.outcome).toBe('done');
  });

  it('partly, where what is in use is over the budget but below the quota', async () => {
    const { client, endpoint } = await started();
    const value = Buffer.alloc(16_384, 'x');
    await client.putAll(
      Array.from({ length: 580 }, (_, i) => [`/registry/secrets/team-a/s-${i}`, value] as const),
      { inFlight: 16 },
    );
    await fill(client);
    const record = await maintained(endpoint, { keep: '5', budget: '60%' });
    expect(record).toMatchObject({ outcome: 'partial', verification: { writesAccepted: true, alarms: [] } });
    expect(record.remaining[0]).toMatch(/in use of a quota of 16\.0 MiB: .* are left/);
  });

  it('under a steady writer loses no acknowledged write, and hardly delays one', async () => {
    const etcd = await started({ members: 3 });
    const acknowledged = await fill(etcd.client, { bytes: 0.6 * quotaBytes });
    const quiet = startWriter(etcd.endpoints);
    await until('the writer to have written undisturbed', () => quiet.count() >= 50);
    const undisturbed = await quiet.stop();
    const writer = startWriter(etcd.endpoints);
    const record = await maintained(etcd.endpoint, { budget: '50%', keep: '50' });
    const written = await writer.stop();
    expect(record.outcome).toBe('done');
    expect(written.failed).toBe(0);
    // What is proposed to a leader that loses it is answered after seven seconds only (etcd config.go ReqTimeout).
    expect(written.longestMs).toBeLessThan(Math.max(5_000, 20 * undisturbed.longestMs));
    expect(written.acknowledged.size).toBeGreaterThan(10);
    expect(await lostKeys(etcd.client, new Map([...acknowledged, ...written.acknowledged]))).toEqual([]);
  });
});

describeWith(['etcd'], 'none of the defects of other tools', () => {
  it('a leadership that cannot be moved is told, and does not end as done', async () => {
    const { etcd } = await fullCluster();
    const record = await maintained(etcd.endpoint, {
      interfere: (path, url) => (path.endsWith('/MoveLeader') ? refusals.badTransferee(url) : undefined),
    });
    expect(record).toMatchObject({ outcome: 'failed', why: expect.stringMatching(/leadership stayed with/) });
    expect(story(record)).toContainEqual(expect.stringMatching(/^move-leader .*: failed$/));
    expect(record.steps.filter(({ step, result }) => step === 'defragment' && result === 'done')).toHaveLength(2);
  });

  it('a failed compaction ends the run before any defragmentation, and does not end as done', async () => {
    const { etcd } = await fullCluster();
    const record = await maintained(etcd.endpoint, {
      interfere: (path, url) => (path.endsWith('/Compact') ? refusals.futureRevision(url) : undefined),
    });
    expect(record).toMatchObject({ outcome: 'failed', why: expect.stringMatching(/the compaction of .* failed/) });
    expect(record.steps.some(({ step }) => step === 'defragment')).toBe(false);
    expect(await etcd.client.alarms()).not.toEqual([]);
  });

  it('a compaction whose answer was lost is asked for again, not passed over', async () => {
    const { etcd } = await fullCluster();
    let lost = 0;
    const record = await maintained(etcd.endpoint, {
      interfere: (path, url) =>
        path.endsWith('/Compact') && lost++ === 0 ? etcdErrors.cut(url, 'the compaction') : undefined,
    });
    expect(record.outcome).toBe('done');
    expect(lost).toBeGreaterThan(3);
  });

  it('one disarming at the end, not one after each member', async () => {
    const { etcd } = await fullCluster();
    const steps = story(await maintained(etcd.endpoint));
    expect(steps.filter((line) => line.startsWith('disarm'))).toEqual(['disarm: done']);
    expect(steps.findLastIndex((line) => line.startsWith('defragment'))).toBeLessThan(steps.indexOf('disarm: done'));
  });

  it('the pods of a member with little patience are not killed halfway: it is refused', async () => {
    const { etcd } = await fullCluster();
    const record = await maintained(etcd.endpoint, { probeBudget: '1ms' });
    expect(record).toMatchObject({
      outcome: 'refused',
      why: expect.stringMatching(/failureThreshold of its livenessProbe/),
    });
    expect(record.members.every(({ blockedMs }) => blockedMs === 0)).toBe(true);
  });
});

async function moveAway({ endpoints }: Etcd): Promise<void> {
  for (const endpoint of endpoints) {
    // etcd waits until the member it named leads: without a deadline for ever, where maintenance moves the lead elsewhere.
    const etcd = new Etcd3({ hosts: endpoint, defaultCallOptions: () => ({ deadline: Date.now() + 5_000 }) });
    const { leader, header } = await etcd.maintenance.status();
    if (leader === header.member_id) {
      const { members } = await etcd.cluster.memberList({ linearizable: true });
      const to = members.find(({ ID }) => ID !== leader);
      await etcd.maintenance.moveLeader({ targetID: to?.ID ?? '' }).catch(() => {});
    }
    etcd.close();
  }
}
