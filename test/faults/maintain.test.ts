import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { describeWith } from '../etcd/harness/describe-with.ts';
import { fullCluster, started } from '../etcd/harness/full-cluster.ts';
import { lostKeys } from '../etcd/harness/fill.ts';
import { getText } from '../etcd/harness/get-text.ts';
import { interruption, maintained, overlapping, story } from '../etcd/harness/maintain.ts';
import { until } from '../etcd/harness/until.ts';

describeWith(['etcd'], 'maintenance of a member that fails meanwhile', () => {
  it('stopped as its turn comes touches nobody else until it goes on', async () => {
    const { etcd, acknowledged } = await fullCluster();
    const pidOf = new Map(etcd.members.map(({ name, pid }) => [name, pid]));
    let stopped: number | undefined;
    const record = await maintained(etcd.endpoint, {
      commandTimeout: '1s',
      onDoing: (what) => {
        const [, name = ''] = /^defragment (\S+)$/.exec(what) ?? [];
        const pid = pidOf.get(name);
        if (stopped !== undefined || pid === undefined) return;
        stopped = pid;
        process.kill(pid, 'SIGSTOP');
        setTimeout(() => process.kill(pid, 'SIGCONT'), 12_000); // longer than the pings endure
      },
    });
    const [first] = record.steps.filter(({ step }) => step === 'defragment');
    expect(first?.seconds).toBeGreaterThan(8);
    expect(overlapping(record)).toEqual([]);
    // Whether the call had reached it before it stopped decides; either is told as it was.
    if (first?.result === 'failed') expect(record.outcome).not.toBe('done');
    const again = await maintained(etcd.endpoint);
    expect(['done', 'nothing-to-do']).toContain(again.outcome);
    expect(await etcd.client.alarms()).toEqual([]);
    expect(await lostKeys(etcd.client, acknowledged)).toEqual([]);
  }, 90_000);

  it('stopped for good ends the whole run: no other member is touched', async () => {
    const { etcd } = await fullCluster();
    const pidOf = new Map(etcd.members.map(({ name, pid }) => [name, pid]));
    let stopped: number | undefined;
    const record = await maintained(etcd.endpoint, {
      commandTimeout: '1s',
      patience: '3s',
      onDoing: (what) => {
        const pid = pidOf.get(/^defragment (\S+)$/.exec(what)?.[1] ?? '');
        if (stopped !== undefined || pid === undefined) return;
        stopped = pid;
        process.kill(pid, 'SIGSTOP');
      },
    });
    process.kill(stopped!, 'SIGCONT');
    expect(record).toMatchObject({ outcome: 'failed', why: expect.stringMatching(/has not answered since/) });
    expect(record.steps.filter(({ step }) => step === 'defragment')).toHaveLength(1);
    expect(record.steps.some(({ step }) => step === 'move-leader')).toBe(false);
    expect(await etcd.client.alarms()).not.toEqual([]);
  }, 60_000);

  it('killed in its turn is told as it was, and the next run finishes the work', async () => {
    const { etcd, acknowledged } = await fullCluster({ unsafeNoFsync: false });
    const indexOf = new Map(etcd.members.map(({ name }, i) => [name, i]));
    let restarted: Promise<unknown> | undefined;
    const record = await maintained(etcd.endpoints.join(), {
      commandTimeout: '1s',
      onDoing: (what) => {
        const index = indexOf.get(/^defragment (\S+)$/.exec(what)?.[1] ?? '');
        if (restarted || index === undefined) return;
        process.kill(etcd.members[index]!.pid, 'SIGKILL');
        restarted = etcd.restart(index);
      },
    });
    await restarted;
    const turns = record.steps.filter(({ step }) => step === 'defragment');
    expect(turns[0]?.result).toMatch(/failed|done/);
    if (turns[0]?.result === 'failed') expect(turns).toHaveLength(1);
    const again = await maintained(etcd.endpoints.join());
    expect(['done', 'nothing-to-do']).toContain(again.outcome);
    const survivor = etcd.client;
    await expect(survivor.put('/registry/after', 'x')).resolves.toBeGreaterThan(0);
    expect(await lostKeys(survivor, acknowledged)).toEqual([]);
  }, 90_000);
});

describeWith(['etcd'], 'a run that was stopped', () => {
  it.each(['evidence', 'compact', 'settle', 'defragment', 'disarm', 'verify'])(
    'by SIGTERM at %s says how far it came, and the next one finishes',
    async (at) => {
      const { etcd, acknowledged } = await fullCluster();
      const { signal, interrupt } = interruption();
      const record = await maintained(etcd.endpoint, { signal, onDoing: (what) => what.startsWith(at) && interrupt() });
      expect(record.outcome).not.toBe('refused');
      const again = await maintained(etcd.endpoint);
      expect(['done', 'nothing-to-do']).toContain(again.outcome);
      expect(await etcd.client.alarms()).toEqual([]);
      await expect(etcd.client.put('/registry/after', 'x')).resolves.toBeGreaterThan(0);
      expect(await lostKeys(etcd.client, acknowledged)).toEqual([]);
    },
  );
});

describeWith(['etcd'], 'a run that was killed', () => {
  it.each(['evidence', 'compact', 'settle', 'defragment', 'disarm', 'verify'])(
    'by SIGKILL at %s blocks nobody, and the next one finishes',
    async (at) => {
      const { etcd, acknowledged } = await fullCluster();
      const lock = join(tmpdir(), `kubechurn-test-${randomUUID()}.lock`);
      const script = fileURLToPath(new URL('../etcd/harness/maintain-until.ts', import.meta.url));
      const killed = spawnSync(process.execPath, [script, etcd.endpoint, at, lock], { encoding: 'utf8' });
      expect(killed).toMatchObject({ signal: 'SIGKILL' });
      expect(existsSync(lock)).toBe(true);
      const again = await maintained(etcd.endpoint, { lock });
      expect(['done', 'nothing-to-do']).toContain(again.outcome);
      // Where there was nothing left to do, no lock was taken.
      expect(existsSync(lock)).toBe(again.outcome === 'nothing-to-do');
      rmSync(lock, { force: true });
      expect(await etcd.client.alarms()).toEqual([]);
      expect(await lostKeys(etcd.client, acknowledged)).toEqual([]);
    },
  );

  it('leaves a defragmentation in flight, which the next one waits for', async () => {
    const etcd = await started({ quotaBytes: 512 * 2 ** 20 });
    const value = Buffer.alloc(1_000_000, 'x');
    await etcd.client.putAll(
      Array.from({ length: 150 }, (_, i) => [`/registry/secrets/team-a/s-${i}`, value] as const),
      { inFlight: 4 },
    );
    const inFlight = etcd.client.defragment();
    await until('the defragmentation to run', async () =>
      (await getText(`${etcd.endpoint}/metrics`))?.includes('etcd_disk_defrag_inflight 1'),
    );
    const writing = etcd.client.put('/registry/secrets/team-a/meanwhile', 'x'); // blocked until it has ended
    const record = await maintained(etcd.endpoint, { budget: '20%', acceptOutage: true });
    await Promise.all([inFlight, writing]);
    expect(story(record).slice(0, 2)).toEqual(['lock: done', 'wait-for-defragmentation member-1: done']);
    expect(record.outcome).toBe('partial');
    expect(record.members).toMatchObject([{ name: 'member-1', sizeBefore: expect.any(Number) }]);
  });
});
