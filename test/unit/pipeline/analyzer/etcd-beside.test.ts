import { describe, expect, it } from '@jest/globals';
import type { Member } from '../../../../src/etcd/member.ts';
import { etcdErrors } from '../../../../src/etcd/errors.ts';
import { watchEtcdBeside } from '../../../../src/pipeline/analyzer/etcd-beside.ts';
import { watchResponse } from '../../mvcc/messages.ts';

/** What an attempt to watch meets: nobody, or members that each tell so many revisions and then fail. */
type Attempt = 'nobody' | readonly { readonly revisions: number; readonly why: string }[];

const nobody = 'nobody answers';
const cut = { revisions: 1, why: 'cut' };
const wasCut = expect.stringContaining('(cut)');

/** Lives through all attempts and ends. The store begins at revision 10; it is written to while it is watched, and once while nobody answers. */
async function lived(attempts: readonly Attempt[]) {
  const ending = new AbortController();
  const left = [...attempts];
  const told: string[] = [];
  const seen: number[] = [];
  const pauses: number[] = [];
  const open = { now: 0 };
  let head = 10;
  const memberThat = ({ revisions, why }: { revisions: number; why: string }): Pick<Member, 'watch'> => ({
    watch(from, { onMessage, onEnd }) {
      queueMicrotask(() => {
        onMessage(watchResponse({ created: true, head }));
        for (let mod = from === 0 ? head + 1 : from; mod <= head + revisions; mod++)
          onMessage(watchResponse({ head: head + revisions, events: [{ key: '/a', mod }] }));
        head += revisions;
        onEnd(etcdErrors.unreachable('it', why));
      });
      return { cancel: () => undefined };
    },
  });
  await watchEtcdBeside({
    connect() {
      const attempt = left.shift();
      if (left.length === 0) ending.abort();
      if (!attempt || attempt === 'nobody') {
        head++;
        return Promise.reject(new Error(nobody));
      }
      open.now++;
      return Promise.resolve({
        answering: attempt.map((plan) => ({ member: memberThat(plan) })),
        close: () => void open.now--,
      });
    },
    signal: ending.signal,
    pause: (milliseconds) => Promise.resolve(pauses.push(milliseconds)),
    random: () => 0,
    onWrite: ({ revision }) => seen.push(revision),
    onState: (state) => told.push('why' in state ? state.why : state.name),
  });
  return { told, seen, pauses, open: open.now };
}

describe('the watch of the etcd behind the API server', () => {
  it('is tried again until a member answers, later each time, up to a minute', async () => {
    const { told, pauses } = await lived([...Array.from({ length: 9 }, (): Attempt => 'nobody'), [cut], 'nobody']);
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60, 1].map((seconds) => seconds * 1000));
    expect(told).toEqual([nobody, 'watching', wasCut]);
  });

  it('goes on where it was over a new connection, and misses nothing', async () => {
    const { seen, told, open } = await lived([
      [cut],
      'nobody',
      'nobody',
      [{ revisions: 3, why: 'cut' }],
      [cut],
      'nobody',
    ]);
    expect(seen).toEqual([11, 12, 13, 14, 15, 16, 17]);
    expect(told).toEqual([...['watching', wasCut, nobody], ...['watching', wasCut, 'watching', wasCut]]);
    expect(open).toBe(0);
  });

  it('goes on from another member without a word, and connects anew once each has failed', async () => {
    const { seen, told, pauses } = await lived([[cut, cut, { revisions: 1, why: 'cut too' }], 'nobody']);
    expect(seen).toEqual([11, 12, 13]);
    expect(told).toEqual(['watching', expect.stringContaining('(cut too)')]);
    expect(pauses).toEqual([250, 250, 1_000]);
  });

  it('is tried less and less often where it ends before it tells anything', async () => {
    const silent: Attempt = [{ revisions: 0, why: 'cut' }];
    const { pauses } = await lived([silent, silent, silent, silent, 'nobody']);
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000]);
  });
});
