import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from '@jest/globals';
import { describeWith } from '../etcd/harness/describe-with.ts';
import { started } from '../etcd/harness/full-cluster.ts';
import { maintained, overlapping } from '../etcd/harness/maintain.ts';
import type { Etcd, EtcdMember } from '../etcd/harness/start-etcd.ts';
import { until } from '../etcd/harness/until.ts';

/** etcd copies 10,000 keys and commits them, then the next (backend.go defragLimit): enough for several commits. */
const keys = 42_000;
const inTransaction = 120;
const keyOf = (n: number): string => `/registry/configmaps/team-a/settings-${n}`;
const valueOf = (n: number, round: number): Buffer => Buffer.alloc(1_500, `${n} ${round} `);

/** Three members with 65 MB alive, and as much history again. */
async function largeCluster(): Promise<Etcd> {
  const etcd = await started({ members: 3, quotaBytes: 384 * 2 ** 20, unsafeNoFsync: false });
  for (const round of [1, 2]) {
    const numbered = Array.from({ length: keys }, (_, n) => n);
    const lane = async (): Promise<void> => {
      while (numbered.length > 0) {
        const numbers = numbered.splice(-inTransaction);
        await etcd.client.txn(numbers.map((n) => ({ put: keyOf(n), value: valueOf(n, round) })));
      }
    };
    await Promise.all(Array.from({ length: 4 }, lane));
  }
  return etcd;
}

/** Bytes of the copy that a defragmentation is making of a member's file; undefined where there is none. */
function copyOf({ dbFile }: EtcdMember): number | undefined {
  const directory = dirname(dbFile);
  const [name] = readdirSync(directory).filter((each) => each.startsWith('db.tmp'));
  if (name === undefined) return undefined;
  return statSync(join(directory, name), { throwIfNoEntry: false })?.size;
}

/** Acts once, on the first member whose copy has begun to grow and is far from done. */
function onceCopying(etcd: Etcd, act: (member: EtcdMember, index: number) => void) {
  const caught: { member: EtcdMember; copied: number }[] = [];
  const timer = setInterval(() => {
    for (const [index, member] of etcd.members.entries()) {
      const copied = copyOf(member);
      if (caught.length > 0 || copied === undefined || copied < 2 ** 20) continue;
      caught.push({ member, copied });
      clearInterval(timer);
      act(member, index);
    }
  }, 1);
  return {
    /** Fails where no copy was caught: then the test has shown nothing. */
    caught() {
      clearInterval(timer);
      const [only] = caught;
      if (!only) throw new Error('no member was caught while it copied its file');
      return only;
    },
  };
}

async function lostValues({ client }: Etcd): Promise<string[]> {
  const stored = new Map((await client.list('/registry/configmaps/team-a/')).map(({ key, value }) => [key, value]));
  return Array.from({ length: keys }, (_, n) => n)
    .filter((n) => !stored.get(keyOf(n))?.equals(valueOf(n, 2)))
    .map(keyOf);
}

const wish = { budget: '25%', keep: '0', patience: '90s' } as const;

describeWith(['etcd'], 'a member in the midst of copying its file', () => {
  it('that stops, longer than its connection endures, is waited for, and nobody else is touched meanwhile', async () => {
    const etcd = await largeCluster();
    const copying = onceCopying(etcd, ({ pid }) => {
      process.kill(pid, 'SIGSTOP');
      setTimeout(() => process.kill(pid, 'SIGCONT'), 11_000);
    });
    const record = await maintained(etcd.endpoints.join(), wish);
    const { member } = copying.caught();
    const turn = record.steps.find(({ step, member: of }) => step === 'defragment' && of === member.name);
    expect(turn).toMatchObject({ result: 'done', why: expect.stringMatching(/the member finished it on its own/) });
    expect(turn?.seconds).toBeGreaterThan(10);
    expect(overlapping(record)).toEqual([]);
    expect(record.outcome).toBe('done');
    expect(copyOf(member)).toBeUndefined();
    expect(await lostValues(etcd)).toEqual([]);
  }, 150_000);

  it('that is killed keeps its old file whole, is told of as failed, and the next run finishes the work', async () => {
    const etcd = await largeCluster();
    let restarted: Promise<unknown> | undefined;
    const copying = onceCopying(etcd, ({ pid }, index) => {
      process.kill(pid, 'SIGKILL');
      restarted = until('it to be gone', () => isGone(pid)).then(() => etcd.restart(index));
    });
    const record = await maintained(etcd.endpoints.join(), wish);
    const { member } = copying.caught();
    await restarted;
    const turns = record.steps.filter(({ step }) => step === 'defragment');
    expect(turns.at(-1)).toMatchObject({ member: member.name, result: 'failed' });
    expect(record.outcome).toBe('failed');
    expect(overlapping(record)).toEqual([]);
    // etcd removes what is left of the copy when it starts.
    expect(copyOf(member)).toBeUndefined();
    const again = await maintained(etcd.endpoints.join(), wish);
    expect(again.outcome).toBe('done');
    expect(again.steps.find(({ step, member: of }) => step === 'defragment' && of === member.name)).toMatchObject({
      result: 'done',
    });
    expect(await lostValues(etcd)).toEqual([]);
  }, 150_000);
});

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}
