import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Json, JsonObject } from '../../../src/model/json.ts';
import { digests } from '../../../src/objects/digests.ts';
import { anyObject } from './arbitrary.ts';

/** The same content with the keys of every map turned around. */
function turned(value: Json): Json {
  if (Array.isArray(value)) return value.map(turned);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).toReversed();
  return Object.fromEntries(entries.map(([key, item]) => [key, turned(item)]));
}

describe('the digests of an object', () => {
  it('do not depend on the order of map keys', () => {
    fc.assert(
      fc.property(anyObject, (object) => expect(digests(turned(object) as JsonObject)).toEqual(digests(object))),
    );
  });

  it('depend on the order of list items', () => {
    expect(digests({ a: [1, 2] }).h1).not.toBe(digests({ a: [2, 1] }).h1);
  });

  it('differ for values that look alike', () => {
    const alike: JsonObject[] = [
      {},
      { a: null },
      { a: '' },
      { a: 0 },
      { a: false },
      { a: '0' },
      { a: [] },
      { a: {} },
      { a: [[]] },
      { a: [null] },
      { a: { b: 1 }, c: 2 },
      { a: { b: 2 }, c: 1 },
      { a: { c: 2 }, b: 1 },
      { ab: 'c' },
      { a: 'bc' },
    ];
    expect(new Set(alike.map((object) => digests(object).h1)).size).toBe(alike.length);
    expect(new Set(alike.map((object) => digests(object).h2)).size).toBe(alike.length);
  });

  it('collide nowhere among a hundred thousand objects that differ in one number', () => {
    const seen = new Set<number>();
    for (let i = 0; i < 100_000; i++) seen.add(digests({ spec: { replicas: i }, metadata: { name: `web-${i}` } }).h1);
    expect(seen.size).toBe(100_000);
  });

  it('are exact integers', () => {
    fc.assert(fc.property(anyObject, (object) => expect(Number.isSafeInteger(digests(object).h1)).toBe(true)));
  });

  it('leave out managedFields, resourceVersion and generation, but only those of the object itself', () => {
    const at = (n: number): JsonObject => ({
      metadata: { name: 'x', managedFields: [n], resourceVersion: `${n}`, generation: n },
    });
    expect(digests(at(1))).toEqual(digests(at(2)));
    const inner = (n: number): JsonObject => ({ spec: { metadata: { generation: n } } });
    expect(digests(inner(1)).h1).not.toBe(digests(inner(2)).h1);
  });

  it.each<[string, (at: string, n: number) => JsonObject]>([
    ['a status that only says when', (at) => ({ status: { lastProbe: at } })],
    [
      'a condition that was confirmed',
      (at) => ({ status: { conditions: [{ type: 'Ready', lastTransitionTime: at }] } }),
    ],
    ['an annotation that beats', (at) => ({ metadata: { annotations: { 'example.com/seen': at } } })],
    ['a renewed Lease', (at) => ({ spec: { renewTime: at } })],
    ['observedGeneration', (_, n) => ({ status: { observedGeneration: n } })],
    [
      'a policy report written again',
      (_, n) => ({ results: [{ policy: 'p', timestamp: { seconds: 1_795_261_000 + n, nanos: n } }] }),
    ],
  ])('call equal in h2, not in h1: %s', (_, make) => {
    const [before, after] = [digests(make('2026-01-02T03:04:05Z', 1)), digests(make('2026-01-02T03:05:05Z', 2))];
    expect(after.h2).toBe(before.h2);
    expect(after.h1).not.toBe(before.h1);
  });

  it.each<[string, (at: string, n: number) => JsonObject]>([
    [
      'a restart asked for in the pod template',
      (at) => ({ spec: { template: { metadata: { annotations: { restartedAt: at } } } } }),
    ],
    ['a counter', (_, n) => ({ status: { restartCount: n } })],
    ['a time under a name that says no time', (at) => ({ spec: { version: at } })],
  ])('differ in h2 too: %s', (_, make) => {
    expect(digests(make('2026-01-02T03:04:05Z', 1)).h2).not.toBe(digests(make('2026-01-02T03:05:05Z', 2)).h2);
  });

  it('end on nesting deeper than the stack', () => {
    let deep: Json = 1;
    for (let i = 0; i < 100_000; i++) deep = [deep];
    expect(Number.isSafeInteger(digests({ deep }).h1)).toBe(true);
  });
});
