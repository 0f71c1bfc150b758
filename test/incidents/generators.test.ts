import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { decodeObject } from '../../src/objects/decode.ts';
import { background } from './background.ts';
import { ephemeralJobs } from './ephemeral-jobs.ts';
import { fieldFight } from './field-fight.ts';
import { merge } from './merge.ts';
import type { Mutation, Window } from './mutation.ts';
import { randomWrites } from './random-writes.ts';
import { restartStorm } from './restart-storm.ts';
import { statusSelfTrigger } from './status-self-trigger.ts';
import { truthOf } from './truth.ts';
import { vclusterSyncLoop } from './vcluster-sync-loop.ts';

const from = Date.UTC(2026, 6, 1, 12);
const window = (seed: number): Window => ({ from, until: from + 3 * 60_000, seed });

const generators: Readonly<Record<string, (window: Window) => Iterable<Mutation>>> = {
  background,
  'restart storm': restartStorm,
  'ephemeral jobs': ephemeralJobs,
  'vCluster sync loop': vclusterSyncLoop,
  'fight over an image': (time) => fieldFight(time, { field: 'image' }),
  'fight over replicas': (time) => fieldFight(time, { field: 'replicas' }),
  'status self-trigger': statusSelfTrigger,
};

/** As a single-threaded etcd would accept them. */
const accepted = (mutations: Iterable<Mutation>) =>
  [...mutations].map((mutation, i) => ({ ...mutation, revision: i + 2 }));

function fingerprint(mutations: Iterable<Mutation>): string {
  const hash = createHash('sha256');
  for (const { at, key, value, lease } of mutations)
    hash.update(`${at} ${key} ${lease} ${value?.length}\n`).update(value ?? '');
  return hash.digest('hex');
}

/** Neighbours of one transaction as one. */
function transactions(mutations: readonly Mutation[]): readonly string[] {
  const begins = ({ txn }: Mutation, i: number) => txn === undefined || txn !== mutations[i - 1]?.txn;
  const starts = mutations.flatMap((mutation, i) => (begins(mutation, i) ? [i] : []));
  return starts.map((start, i) =>
    mutations
      .slice(start, starts[i + 1])
      .map(({ key }) => key)
      .join(' '),
  );
}

describe.each(Object.entries(generators))('the generator of %s', (_, generate) => {
  it('repeats itself with the same seed and differs with another', () => {
    const first = fingerprint(generate(window(1)));
    expect(fingerprint(generate(window(1)))).toBe(first);
    expect(fingerprint(generate(window(2)))).not.toBe(first);
  });

  it('writes in order of time, within its window, and deletes only what exists', () => {
    const mutations = [...generate(window(3))];
    expect(mutations.length).toBeGreaterThan(20);
    expect(mutations.map(({ at }) => at)).toEqual(mutations.map(({ at }) => at).toSorted((a, b) => a - b));
    expect(mutations.every(({ at }) => at >= from && at < from + 3 * 60_000)).toBe(true);
    expect(() => truthOf(accepted(mutations))).not.toThrow();
  });

  it('stores objects that decode, under their own key, with managedFields whose newest time is that of the write', () => {
    for (const { at, key, value } of generate(window(4))) {
      if (!value) continue;
      const { encoding, name, uid, managedFields } = decodeObject(value, key);
      expect(['protobuf', 'json']).toContain(encoding);
      expect(key.endsWith(`/${name}`)).toBe(true);
      expect(uid).toMatch(/^[0-9a-f-]{36}$/);
      expect(Math.max(...managedFields.map((entry) => entry.at ?? 0))).toBe(Math.floor(at / 1000) * 1000);
    }
  });
});

describe('merge', () => {
  it('keeps transactions together and every stream in its order', () => {
    const streams = [1, 2, 3].map((seed) =>
      [...randomWrites(window(seed), { count: 300 })].map(({ txn, ...mutation }) => ({
        ...mutation,
        ...(txn === undefined ? {} : { txn: txn * 10 + seed }),
        stream: seed,
      })),
    );
    const merged = [...merge(...streams)] as (Mutation & { stream: number })[];
    for (const [i, own] of streams.entries()) {
      expect(fingerprint(merged.filter(({ stream }) => stream === i + 1))).toBe(fingerprint(own));
    }
    expect(merged.map(({ at }) => at)).toEqual(merged.map(({ at }) => at).toSorted((a, b) => a - b));
    expect(transactions(merged).toSorted()).toEqual(streams.flatMap(transactions).toSorted());
  });
});

describe('the truth of a compaction', () => {
  const value = new Uint8Array(3);
  const history = [
    { at: 0, key: '/registry/pods/a/1', value, revision: 2 },
    { at: 0, key: '/registry/pods/a/1', value, revision: 3 },
    { at: 0, key: '/registry/pods/a/2', value, revision: 4 },
    { at: 0, key: '/registry/pods/a/2', revision: 5 },
    { at: 0, key: '/registry/pods/a/1', value, revision: 6 },
  ];
  it('keeps of each key what was newest then, but no tombstone', () => {
    expect(truthOf(history, { at: 5, keepsTombstone: false }).totals).toMatchObject({ writes: 2, deletes: 0, keys: 1 });
    expect(truthOf(history, { at: 4, keepsTombstone: false }).totals).toMatchObject({ writes: 4, deletes: 1, keys: 2 });
  });
  it('keeps a tombstone at exactly that revision where etcd does', () => {
    expect(truthOf(history, { at: 5, keepsTombstone: true }).totals).toMatchObject({ writes: 3, deletes: 1, keys: 2 });
    expect(truthOf(history, { at: 6, keepsTombstone: true }).totals).toMatchObject({ writes: 1, deletes: 0, keys: 1 });
  });
});
