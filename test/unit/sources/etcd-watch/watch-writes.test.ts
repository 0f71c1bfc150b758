import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { watchWrites, type OpenWatch } from '../../../../src/sources/etcd-watch/watch-writes.ts';
import { createKeyTable } from '../../../../src/tally/key-table.ts';
import { watchResponse, type Event } from '../../mvcc/messages.ts';

/** One revision of a store's history: as many changes as it has keys. */
type History = readonly (readonly string[])[];

/** What a pretended etcd does at each opening: how many messages it sends before it fails, and how it cuts them. */
type Plan = { messages: number; revisionsEach: number; fragments: boolean; compactTo: number };

/**
 * Stands in for etcd: it can cut a stream at any place of any message sequence, which a real one cannot be made to.
 * Revision r (from 2 on) holds the changes history[r - 2]; its behaviour is that of etcd 3.6's watchable store.
 */
function pretended(history: History, plans: Plan[], whenDone: () => void): OpenWatch {
  const head = history.length + 1;
  let compacted = 0;
  return (asked, { onMessage, onEnd }) => {
    let cancelled = false;
    const send = (message: Buffer): void => {
      if (!cancelled) onMessage(message);
    };
    queueMicrotask(() => {
      const plan = plans.shift() ?? { messages: Infinity, revisionsEach: 3, fragments: false, compactTo: 0 };
      compacted = Math.max(compacted, Math.min(plan.compactTo, head));
      // The first watch begins with the store's first revision, as if the rest were written afterwards.
      let next = asked === 0 ? 2 : asked;
      send(watchResponse({ created: true, head: asked === 0 ? 1 : head }));
      if (next < compacted) {
        send(watchResponse({ canceled: true, compactRevision: compacted, head }));
        return;
      }
      const isOpen = (): boolean => !cancelled;
      for (let sent = 0; isOpen() && next <= head; sent++) {
        if (sent >= plan.messages) return onEnd(new Error('cut'));
        const last = Math.min(head, next + plan.revisionsEach - 1);
        const events = eventsOf(history, next, last);
        if (plan.fragments && events.length > 1) {
          send(watchResponse({ head, events: events.slice(0, 1), fragment: true }));
          if (sent + 1 >= plan.messages) return onEnd(new Error('cut between fragments'));
          send(watchResponse({ head, events: events.slice(1) }));
        } else send(watchResponse({ head, events }));
        next = last + 1;
      }
      whenDone();
    });
    return { cancel: () => void (cancelled = true) };
  };
}

function eventsOf(history: History, from: number, to: number): Event[] {
  const revisions = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  return revisions.flatMap((mod) => history[mod - 2]!.map((key) => ({ key, mod, version: 2 })));
}

async function watched(history: History, plans: Plan[], mostBehind: number) {
  const keys = createKeyTable(1);
  const ending = new AbortController();
  const seen: { key: string; revision: number }[] = [];
  const outcome = await watchWrites({
    members: [pretended(history, plans, () => ending.abort())],
    keys,
    onRows(rows) {
      for (let row = 0; row < rows.rows; row++)
        seen.push({ key: Buffer.from(keys.bytesOf(rows.key[row]!)).toString(), revision: rows.revision[row]! });
    },
    signal: ending.signal,
    mostBehind,
    pause: () => Promise.resolve(),
  });
  return { outcome, seen };
}

const history = fc.array(fc.array(fc.constantFrom('/a', '/b', '/c'), { minLength: 1, maxLength: 4 }), {
  minLength: 1,
  maxLength: 30,
});
const plans = fc.array(
  fc.record({
    messages: fc.integer({ min: 0, max: 4 }),
    revisionsEach: fc.integer({ min: 1, max: 5 }),
    fragments: fc.boolean(),
    compactTo: fc.nat({ max: 35 }),
  }),
  { maxLength: 6 },
);

describe('a watch that is cut, compacted and left behind', () => {
  it('counts every revision whole and once, or as part of the gap', async () => {
    await fc.assert(
      fc.asyncProperty(history, plans, fc.integer({ min: 1, max: 60 }), async (revisions, cuts, mostBehind) => {
        const { outcome, seen } = await watched(revisions, [...cuts], mostBehind);
        const counted = new Set(seen.map(({ revision }) => revision));
        expect(seen).toEqual(
          [...counted]
            .sort((a, b) => a - b)
            .flatMap((revision) => revisions[revision - 2]!.map((key) => ({ key, revision }))),
        );
        expect(outcome.fromRevision).toBe(2);
        expect(counted.size + outcome.gap).toBe(outcome.toRevision - 1);
        expect(outcome.toRevision).toBe(revisions.length + 1);
      }),
    );
  });

  it('has no gap where nothing was compacted and it was never far behind', async () => {
    await fc.assert(
      fc.asyncProperty(history, plans, async (revisions, cuts) => {
        const { outcome } = await watched(
          revisions,
          cuts.map((cut) => ({ ...cut, compactTo: 0 })),
          1_000,
        );
        expect(outcome.gap).toBe(0);
      }),
    );
  });
});
