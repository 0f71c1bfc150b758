import { execFileSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { parseEndpoint } from '../../src/etcd/endpoint.ts';
import { connectMember, type Member } from '../../src/etcd/member.ts';
import { takeCensus } from '../../src/sources/census/take-census.ts';
import { watchWrites, type WatchOptions, type WatchOutcome } from '../../src/sources/etcd-watch/watch-writes.ts';
import { createLiveCounts } from '../../src/pipeline/member/rates.ts';
import { createCensusCounts } from '../../src/pipeline/member/census.ts';
import { connect } from './harness/client.ts';
import { describeWith } from './harness/describe-with.ts';
import { startEtcd, type Etcd, type EtcdOptions } from './harness/start-etcd.ts';
import { requiredTool } from './harness/tool.ts';
import { triaged } from './harness/triage-live.ts';
import { until } from './harness/until.ts';

const started: Etcd[] = [];
const members: Member[] = [];
afterEach(async () => {
  for (const one of members.splice(0)) one.close();
  for (const etcd of started.splice(0)) await etcd.stop();
});
async function start(options?: EtcdOptions): Promise<Etcd> {
  const etcd = await startEtcd(options);
  started.push(etcd);
  return etcd;
}

function member(endpoint: string): Member {
  const connection = { endpoints: [], insecureSkipTlsVerify: false, dialTimeoutMs: 2_000, commandTimeoutMs: 5_000 };
  const one = connectMember(parseEndpoint(endpoint, false), connection);
  members.push(one);
  return one;
}

/** Watches until `stop`, counting. */
function watching(endpoints: readonly string[], options: Partial<WatchOptions> = {}) {
  const counts = createLiveCounts(1);
  const ending = new AbortController();
  const open = endpoints.map((endpoint): WatchOptions['members'][number] => {
    const one = member(endpoint);
    return (revision, to) => one.watch(revision, to);
  });
  const outcome = watchWrites({
    members: open,
    keys: counts.keys,
    onRows: (rows) => counts.add(rows),
    signal: ending.signal,
    pause: (milliseconds) => pause(milliseconds),
    ...options,
  });
  return {
    counts,
    async stop(): Promise<WatchOutcome> {
      ending.abort();
      return outcome;
    },
  };
}

/** A watch is open once it sees a write; what was written before the marker is then counted. */
async function seen(etcd: Etcd, { counts }: ReturnType<typeof watching>): Promise<void> {
  await until('the watch to see a write', async () => {
    await etcd.client.put('/probe', 'x');
    return counts.events() > 0;
  });
  await etcd.client.put('/marker', 'x');
  await until('the marker', () => counts.top(9).some(({ key }) => key === '/marker'));
}

async function moveLeader(etcd: Etcd): Promise<void> {
  const statuses = await Promise.all(
    etcd.endpoints.map(async (endpoint) => ({ endpoint, status: await member(endpoint).status() })),
  );
  const leader = statuses.find(({ status }) => status.memberId === status.leaderId)!;
  const follower = statuses.find((each) => each !== leader)!;
  const to = BigInt(follower.status.memberId).toString(16);
  execFileSync(requiredTool('etcdctl'), ['--endpoints', leader.endpoint, 'move-leader', to], { stdio: 'ignore' });
}

describeWith(['etcd', 'etcdctl'], 'a live watch', () => {
  it('counts every change once, deletions, transactions and large ones too', async () => {
    const etcd = await start({ extraArgs: ['--max-request-bytes=6000000'] });
    const watch = watching([etcd.endpoint]);
    await seen(etcd, watch);
    const before = watch.counts.events();

    for (let i = 0; i < 500; i++) await etcd.client.put(`/registry/configmaps/ns/${i % 5}`, 'value');
    await etcd.client.txn([
      { put: '/a', value: 'x' },
      { put: '/b', value: 'y' },
      { delete: '/registry/configmaps/ns/0' },
    ]);
    // Three of them make a message larger than gRPC's usual 4 MB, in fragments.
    const large = Buffer.alloc(1_900_000);
    await etcd.client.txn(['/l1', '/l2', '/l3'].map((put) => ({ put, value: large })));
    const total = before + 506;
    await until('all changes', () => watch.counts.events() >= total);
    const { revision } = await etcd.client.status();

    const outcome = await watch.stop();

    expect(watch.counts.events()).toBe(total);
    expect(outcome).toMatchObject({ toRevision: revision, gap: 0 });
    const top = watch.counts.top(100);
    expect(top.find(({ key }) => key === '/registry/configmaps/ns/0')).toMatchObject({ writes: 101, deletes: 1 });
    expect(top.find(({ key }) => key === '/registry/configmaps/ns/1')).toMatchObject({ writes: 100, deletes: 0 });
    expect(top.find(({ key }) => key === '/l2')).toMatchObject({ writes: 1, bytes: 1_900_003 });
  });

  it('goes on from another member, without gap or repetition, when its own is killed', async () => {
    const etcd = await start({ members: 3 });
    const [watched, ...others] = etcd.members;
    const writer = connect(others[0]!.endpoint);
    const watch = watching(etcd.endpoints);
    await seen({ ...etcd, client: writer }, watch);
    const before = watch.counts.events();
    const first = (await writer.status()).revision;
    for (let i = 0; i < 300; i++) {
      if (i === 100) process.kill(watched!.pid, 'SIGKILL');
      // Killing a leader refuses a write or two.
      await until('the write', () =>
        writer.put('/steady', String(i)).then(
          () => true,
          () => false,
        ),
      );
    }
    const { revision } = await writer.status();
    writer.close();
    await until('all changes', () => watch.counts.events() - before >= revision - first);
    const outcome = await watch.stop();
    expect(watch.counts.events() - before).toBe(revision - first);
    expect(outcome).toMatchObject({ toRevision: revision, gap: 0 });
  });

  it('misses and repeats nothing when the leader changes', async () => {
    const etcd = await start({ members: 3 });
    const watch = watching(etcd.endpoints);
    await seen(etcd, watch);
    const before = watch.counts.events();
    const first = (await etcd.client.status()).revision;
    for (let i = 0; i < 200; i++) {
      if (i === 100) await moveLeader(etcd);
      await until('the write', () =>
        etcd.client.put('/steady', String(i)).then(
          () => true,
          () => false,
        ),
      );
    }
    const { revision } = await etcd.client.status();
    await until('all changes', () => watch.counts.events() - before >= revision - first);
    expect(await watch.stop()).toMatchObject({ toRevision: revision, gap: 0 });
    expect(watch.counts.events() - before).toBe(revision - first);
  });

  /** A watch that is cut after its first change, goes on once `meanwhile` is done, and ends at the head. */
  async function cutOnce(etcd: Etcd, mostBehind: number, meanwhile: () => Promise<unknown>) {
    const one = member(etcd.endpoint);
    let cut = false;
    const watch = watching([etcd.endpoint], {
      mostBehind,
      members: [
        (revision, to) => {
          const stream = one.watch(revision, {
            onEnd: (why) => to.onEnd(why),
            onMessage(message) {
              to.onMessage(message);
              if (cut || watch.counts.events() === 0) return;
              cut = true;
              stream.cancel();
              to.onEnd(new Error('cut'));
            },
          });
          return stream;
        },
      ],
      pause: meanwhile,
    });
    await until('the cut', async () => {
      await etcd.client.put('/probe', 'x');
      return cut;
    });
    return watch;
  }

  it('gives up what lies too far behind, counts that as a gap, and misses nothing after it', async () => {
    const etcd = await start();
    const watch = await cutOnce(etcd, 50, async () => {
      for (let i = 0; i < 400; i++) await etcd.client.put('/unseen', String(i));
    });
    await until('later changes', async () => {
      await etcd.client.put('/later', 'x');
      return watch.counts.top(9).some(({ key, writes }) => key === '/later' && writes >= 3);
    });
    const { revision } = await etcd.client.status();
    const { fromRevision, toRevision, gap } = await watch.stop();
    expect(gap).toBeGreaterThanOrEqual(400);
    expect(watch.counts.events() + gap).toBe(toRevision - fromRevision + 1);
    expect(toRevision).toBeGreaterThan(revision - 3);
  });

  it('sees what was written while it was cut, where that is not far behind', async () => {
    const etcd = await start();
    const watch = await cutOnce(etcd, 1_000, async () => {
      for (let i = 0; i < 400; i++) await etcd.client.put('/seen', String(i));
    });
    await until('them', () => watch.counts.top(9).some(({ key, writes }) => key === '/seen' && writes === 400));
    const { fromRevision, toRevision, gap } = await watch.stop();
    expect(gap).toBe(0);
    expect(watch.counts.events()).toBe(toRevision - fromRevision + 1);
  });

  it('counts as a gap what was compacted while it was cut', async () => {
    const etcd = await start();
    let compacted = 0;
    const watch = await cutOnce(etcd, 1_000, async () => {
      for (let i = 0; i < 20; i++) compacted = await etcd.client.put('/unseen', String(i));
      await etcd.client.compact(compacted);
    });
    await until('a later change', async () => {
      await etcd.client.put('/later', 'x');
      return watch.counts.top(9).some(({ key }) => key === '/later');
    });
    const { fromRevision, toRevision, gap } = await watch.stop();
    expect(gap).toBeGreaterThanOrEqual(19);
    expect(watch.counts.events() + gap).toBe(toRevision - fromRevision + 1);
  });
});

describe('triage --watch', () => {
  describeWith(['etcd'], 'of an etcd that is written to', () => {
    it('says who writes how often now', async () => {
      const etcd = await start();
      const ending = new AbortController();
      const writing = (async () => {
        while (!ending.signal.aborted) await etcd.client.put('/registry/leases/kube-system/busy', 'x');
      })();
      const { report } = await triaged({ etcd: etcd.endpoint }, { watchMs: 700 });
      ending.abort();
      await writing;
      const { live } = report;
      expect(live).toMatchObject({ gap: 0, endedBy: 'time' });
      expect(live!.keys[0]).toMatchObject({ resource: 'leases', namespace: 'kube-system', name: 'busy' });
      expect(live!.keys[0]!.ratePerMinute).toBeCloseTo((live!.keys[0]!.writes / live!.seconds) * 60, 5);
      expect(live!.toRevision - live!.fromRevision + 1).toBe(live!.events);
    });

    it('ends when an alarm is armed meanwhile', async () => {
      const etcd = await start({ quotaBytes: 4 * 1024 * 1024 });
      const filling = (async () => {
        for (;;) await etcd.client.put('/fill', Buffer.alloc(100_000));
      })().catch(() => 'full');
      const began = performance.now();
      const { report } = await triaged({ etcd: etcd.endpoint }, { watchMs: 60_000 });
      expect(await filling).toBe('full');
      expect(performance.now() - began).toBeLessThan(30_000);
      expect(report.live?.endedBy ?? report.coverage.notSeen.join()).toMatch(/^alarm$|no live watch: NOSPACE/);
    });
  });
});

describeWith(['etcd'], 'a census', () => {
  async function census(etcd: Etcd, onPage: (keys: number) => Promise<void> | undefined, pageLimit = 10) {
    const one = member(etcd.endpoint);
    let held: Promise<void> | undefined;
    return takeCensus({
      readPage: async (question) => {
        await held;
        return one.range(question, 'the census');
      },
      begin: () => createCensusCounts(1, 5),
      pageLimit,
      onPage: (keys) => {
        held = onPage(keys);
      },
    });
  }

  const fill = (etcd: Etcd) =>
    etcd.client.putAll(Array.from({ length: 100 }, (_, i) => [`/registry/pods/ns/p${i % 50}`, 'x'] as const));

  it('reads every page at one revision although keys come and go meanwhile', async () => {
    const etcd = await start();
    const revision = await fill(etcd);
    const taken = await census(etcd, async (keys) => {
      if (keys !== 10) return;
      await etcd.client.put('/registry/pods/ns/p9-later', 'x');
      await etcd.client.delete('/registry/pods/ns/p49');
    });
    expect(taken).toMatchObject({ revision, restarts: 0 });
    expect(taken.counter.keys).toBe(50);
    expect(taken.counter.writes).toBe(100);
  });

  it('begins anew when its revision is compacted meanwhile', async () => {
    const etcd = await start();
    await fill(etcd);
    let compacted = 0;
    const taken = await census(etcd, async (keys) => {
      if (keys !== 20 || compacted > 0) return;
      compacted = await etcd.client.put('/registry/pods/ns/p0', 'again');
      await etcd.client.compact(compacted);
    });
    expect(taken).toMatchObject({ revision: compacted, restarts: 1 });
    expect(taken.counter.writes).toBe(101);
  });

  it('gives up in one sentence when that happens every time', async () => {
    const etcd = await start();
    await fill(etcd);
    await expect(
      census(etcd, async (keys) => {
        if (keys !== 20) return;
        await etcd.client.compact(await etcd.client.put('/registry/pods/ns/p0', 'again'));
      }),
    ).rejects.toMatchObject({ code: 'CENSUS_COMPACTED' });
  });

  it('does not wait for ever for a member that stopped answering', async () => {
    const etcd = await start();
    await fill(etcd);
    const { report } = await triaged(
      { etcd: etcd.endpoint, commandTimeout: '300ms' },
      { onCensus: () => process.kill(etcd.pid, 'SIGSTOP') },
    );
    process.kill(etcd.pid, 'SIGCONT');
    expect(report.totals.writes).toBe(100);
    expect(report.coverage.notSeen).toContainEqual(expect.stringMatching(/^no snapshot was taken: /));
  });
});
