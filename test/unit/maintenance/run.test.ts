import { describe, expect, it } from '@jest/globals';
import { etcdErrors } from '../../../src/etcd/errors.ts';
import type { Seen } from '../../../src/maintenance/plan/seen.ts';
import { maintain } from '../../../src/maintenance/run.ts';
import { cluster, GiB, idOf, type MemberSketch } from './cluster.ts';
import { standIn, type StandIn } from './stand-in.ts';

const url = 'http://a:2379';
const quota = 2 * GiB; // of every member in cluster()

interface Filling {
  /** Shares of the quota. */
  readonly file: number;
  readonly inUse: number;
  /** In use after the compaction. */
  readonly living: number;
}

/** Three members filled alike, which compaction, defragmentation and a moved leadership change as they do in etcd. */
function filled({ file, inUse, living }: Filling): StandIn {
  let leaderId = idOf('a');
  const sketches = new Map<string, MemberSketch>(
    ['a', 'b', 'c'].map((name) => [name, { sizeBytes: file * quota, inUseBytes: inUse * quota }]),
  );
  const change = (name: string, to: MemberSketch): void => void sketches.set(name, { ...sketches.get(name), ...to });
  const now = (): Seen =>
    cluster(Object.fromEntries([...sketches].map(([name, sketch]) => [name, { ...sketch, leaderId }])));
  return standIn(now, (call, name) => {
    if (call === 'Compact') change(name, { inUseBytes: living * quota });
    if (call === 'Defragment') change(name, { sizeBytes: living * quota });
    if (call === 'MoveLeader') leaderId = idOf('b');
    return undefined;
  });
}

describe('a run', () => {
  it('that made every member small is done, though a leader is elected as it looks for the last time', async () => {
    const { ports, calls } = filled({ file: 0.9, inUse: 0.9, living: 0.1 });
    let elections = 0;
    const look = async (): Promise<Seen> => {
      // The reads are the last that verify does.
      if (calls.at(-1) === 'Range' && elections++ < 3) throw etcdErrors.noLeader(url);
      return ports.cluster.look();
    };
    const run = await maintain({ ...ports, cluster: { ...ports.cluster, look } });
    expect(run).toMatchObject({ outcome: 'done', why: 'every member is small again' });
    expect(calls.filter((call) => call === 'Defragment')).toHaveLength(3);
    expect(elections).toBeGreaterThan(3);
  });
});
