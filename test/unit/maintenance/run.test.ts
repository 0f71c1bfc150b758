import { describe, expect, it } from '@jest/globals';
import { etcdErrors } from '../../../src/etcd/errors.ts';
import type { Seen } from '../../../src/maintenance/plan/seen.ts';
import type { Ports } from '../../../src/maintenance/ports.ts';
import { maintain } from '../../../src/maintenance/run.ts';
import { cluster, GiB, gone, idOf, MiB, type MemberSketch } from './cluster.ts';
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

describe('a run that finds its only voter busy with a defragmentation', () => {
  it('locks the cluster that the member list names, and has the member in its record', async () => {
    let busy = true;
    const locked: string[] = [];
    const { ports } = standIn(
      () => cluster({ a: busy ? { defragmenting: true } : {}, b: gone, c: gone }),
      () => undefined,
    );
    const lock: Ports['lock'] = async (clusterId) => {
      locked.push(clusterId);
      busy = false;
      return { why: 'nobody else', release() {}, isHeld: () => true };
    };
    const run = await maintain({ ...ports, lock });
    expect(locked).toEqual(['1']);
    expect(run).toMatchObject({
      outcome: 'nothing-to-do',
      steps: [{ step: 'lock' }, { step: 'wait-for-defragmentation' }],
    });
    expect(run.members).toMatchObject([{ name: 'a', sizeBefore: 100 * MiB, sizeAfter: 100 * MiB }]);
  });
});

describe('a run', () => {
  it('that could win too little is done, says what stays, and finds nothing to do the next time', async () => {
    const { ports, calls } = filled({ file: 0.83, inUse: 0.81, living: 0.75 });
    const why = expect.stringMatching(/^a's file of 1\.7 GiB stays above the budget .* before the file grows$/);
    expect(await maintain(ports)).toMatchObject({ outcome: 'done', why, remaining: [] });
    expect(calls).not.toContain('Defragment');
    expect(await maintain(ports)).toMatchObject({ outcome: 'nothing-to-do', why, steps: [] });
  });

  it('after which more is in use than the budget is partly done, with what is left to do', async () => {
    const { ports } = filled({ file: 0.9, inUse: 0.9, living: 0.85 });
    expect(await maintain(ports)).toMatchObject({
      outcome: 'partial',
      why: 'a still has 1.8 GiB (1.7 GiB in use), b still has 1.8 GiB (1.7 GiB in use) and c still has 1.8 GiB (1.7 GiB in use), above the budget',
      remaining: [
        expect.stringMatching(/are left$/),
        expect.stringMatching(/^raise the quota/),
        'or delete what the report names; then run this again',
        expect.anything(),
      ],
    });
  });

  it('that ended before its last member is to be run again', async () => {
    const { ports } = filled({ file: 0.9, inUse: 0.9, living: 0.1 });
    let free = GiB;
    const look = async (): Promise<Seen> => {
      const seen = await ports.cluster.look();
      const members = seen.members.map((member) => ({
        ...member,
        ...(member.state && { state: { ...member.state, freeDiskBytes: free } }),
      }));
      return { ...seen, members };
    };
    const tell = (what: string): void => {
      if (what.startsWith('defragmenting')) free = 0; // its disk fills meanwhile
    };
    expect(await maintain({ ...ports, tell, cluster: { ...ports.cluster, look } })).toMatchObject({
      outcome: 'partial',
      why: expect.stringMatching(/^the disk of c has 0 B free/),
      remaining: ['run it again: it goes on from what it finds'],
    });
  });

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
