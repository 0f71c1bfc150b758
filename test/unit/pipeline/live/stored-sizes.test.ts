import { describe, expect, it } from '@jest/globals';
import { createStoredSizes } from '../../../../src/pipeline/live/stored-sizes.ts';

const key = (name: string): Uint8Array => new TextEncoder().encode(name);

function stage() {
  const known = new Set<string>();
  const counted: [string, number][] = [];
  const sizes = createStoredSizes((bytes, size) => {
    const name = new TextDecoder().decode(bytes);
    if (known.has(name)) counted.push([name, size]);
    return known.has(name);
  });
  return { known, counted, sizes };
}

describe('sizes that etcd tells', () => {
  it('are counted at once where the key is known, and once it is where not', () => {
    const { known, counted, sizes } = stage();
    known.add('a');
    sizes.told(key('a'), 10, 0);
    sizes.told(key('b'), 20, 0);
    sizes.settle(500);
    expect(counted).toEqual([['a', 10]]);
    known.add('b');
    sizes.settle(1_000);
    sizes.settle(1_500);
    expect(counted).toEqual([
      ['a', 10],
      ['b', 20],
    ]);
  });

  it('are given up where the API never shows the write', () => {
    const { known, counted, sizes } = stage();
    sizes.told(key('a'), 10, 0);
    sizes.settle(60_000);
    known.add('a');
    sizes.settle(60_001);
    expect(counted).toEqual([]);
  });
});
