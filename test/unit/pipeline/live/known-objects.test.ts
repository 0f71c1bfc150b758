import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createKnownObjects } from '../../../../src/pipeline/live/known-objects.ts';

const bytes = (key: string): Uint8Array => new TextEncoder().encode(key);
const text = (key: Uint8Array): string => new TextDecoder().decode(key);

describe('what is known to be alive', () => {
  it('tells what a new list no longer holds, of its own resource only', () => {
    const known = createKnownObjects(1);
    known.beginList(1);
    for (const name of ['a', 'b', 'c']) known.set(bytes(name), 1, 5);
    known.endList(1, () => expect('nothing').toBe('missing'));
    known.set(bytes('other'), 2, 6);
    known.beginList(1);
    known.set(bytes('b'), 1, 7);
    const missing: string[] = [];
    known.endList(1, (key) => missing.push(text(key)));
    expect(missing.toSorted()).toEqual(['a', 'c']);
    expect([known.count, known.revisionOf(bytes('a')), known.revisionOf(bytes('b'))]).toEqual([2, 0, 7]);
  });

  it('forgets a resource that is served no more', () => {
    const known = createKnownObjects(1);
    known.set(bytes('a'), 1, 5);
    known.set(bytes('b'), 2, 5);
    known.forget(1);
    expect([known.count, known.revisionOf(bytes('a')), known.revisionOf(bytes('b'))]).toEqual([1, 0, 5]);
  });

  it('agrees with a Map, whatever comes and goes, also while dead keys are cleared away', () => {
    const step = fc.record({ name: fc.nat(60), dies: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), fc.nat(), (steps, seed) => {
        const known = createKnownObjects(seed);
        // Enough dead keys for a clearing.
        for (let i = 0; i < 10_050; i++) known.set(bytes(`dead-${i}`), 1, 1);
        for (let i = 0; i < 10_050; i++) known.remove(bytes(`dead-${i}`));
        const model = new Map<string, number>();
        steps.forEach(({ name, dies }, i) => {
          const key = `key-${name}`;
          if (dies) {
            known.remove(bytes(key));
            model.delete(key);
          } else {
            known.set(bytes(key), 1, i + 1);
            model.set(key, i + 1);
          }
        });
        expect(known.count).toBe(model.size);
        for (let name = 0; name <= 60; name++)
          expect(known.revisionOf(bytes(`key-${name}`))).toBe(model.get(`key-${name}`) ?? 0);
      }),
      { numRuns: 20 },
    );
  });
});

describe('the memory of it', () => {
  it('is some 130 bytes an object, names included', () => {
    const before = process.memoryUsage().arrayBuffers;
    const known = createKnownObjects(1);
    const count = 200_000;
    for (let i = 0; i < count; i++)
      known.set(bytes(`/registry/configmaps/team-${i % 500}/settings-of-something-${i}`), 1, i + 1);
    expect(known.count).toBe(count);
    expect((process.memoryUsage().arrayBuffers - before) / count).toBeLessThan(200);
  });
});
