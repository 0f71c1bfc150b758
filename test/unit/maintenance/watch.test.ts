import { describe, expect, it } from '@jest/globals';
import { etcdErrors } from '../../../src/etcd/errors.ts';
import { watchMaintenance } from '../../../src/pipeline/maintain/watch.ts';
import type { MaintenanceRecord } from '../../../src/report/maintenance/schema.ts';

type Ending = MaintenanceRecord['outcome'] | 'away';

/** Runs that end like this, one after the other; the signal comes in the pause behind the last. */
async function watched(endings: readonly Ending[]) {
  const controller = new AbortController();
  const rest = [...endings];
  const printed: string[] = [];
  const complaints: string[] = [];
  const pauses: number[] = [];
  const looks: Ending[] = [];
  const code = await watchMaintenance({
    everyMs: 60_000,
    looked: (record) => looks.push(record?.outcome ?? 'away'),
    signal: controller.signal,
    complain: (sentence) => complaints.push(sentence),
    print: async ({ outcome }) => void printed.push(outcome),
    async once() {
      const ending = rest.shift();
      if (ending === 'away') throw etcdErrors.refused('http://127.0.0.1:2379');
      return { outcome: ending } as MaintenanceRecord;
    },
    clock: {
      now: () => 0,
      async wait(milliseconds) {
        pauses.push(milliseconds / 60_000);
        if (rest.length === 0) throw new Error('aborted');
      },
    },
  });
  expect(looks).toEqual(endings);
  return { code, printed, complaints, pauses };
}

describe('maintain --watch', () => {
  it('looks every so often, and prints what is news', async () => {
    expect(await watched(['nothing-to-do', 'nothing-to-do', 'done', 'nothing-to-do'])).toEqual({
      code: 0,
      printed: ['nothing-to-do', 'done', 'nothing-to-do'],
      complaints: [],
      pauses: [1, 1, 1, 1],
    });
  });

  it('waits longer after each run that did not end well, and not after one that did', async () => {
    const { pauses } = await watched(['partial', 'failed', 'refused', 'done', 'partial']);
    expect(pauses).toEqual([10, 20, 40, 1, 10]);
  });

  it('outlives an etcd that is away, and complains once', async () => {
    const { complaints, printed, pauses } = await watched(['away', 'away', 'done']);
    expect(complaints).toEqual([expect.stringContaining('nothing listens')]);
    expect(printed).toEqual(['done']);
    expect(pauses).toEqual([1, 1, 1]);
  });
});
