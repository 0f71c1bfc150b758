/** Random numbers that a seed repeats (mulberry32: 32 bits of state are plenty for test data). */
export interface Seeded {
  /** In [0, 1). */
  next(): number;
  /** An integer in [0, below). */
  below(below: number): number;
  between(low: number, high: number): number;
  pick<T>(items: readonly [T, ...T[]]): T;
  hex(digits: number): string;
  uid(): string;
  /** What the API server appends to a generateName, and controllers to names. */
  suffix(length?: number): string;
}

// apimachinery util/rand leaves out vowels and look-alikes.
const safe = 'bcdfghjklmnpqrstvwxz2456789';

export function seeded(seed: number): Seeded {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  const hex = (digits: number) => Array.from({ length: digits }, () => below(16).toString(16)).join('');
  return {
    next,
    below,
    between: (low, high) => low + next() * (high - low),
    pick: (items) => items[below(items.length)] ?? items[0],
    hex,
    uid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-${'89ab'[below(4)] ?? '8'}${hex(3)}-${hex(12)}`,
    suffix: (length = 5) => Array.from({ length }, () => safe[below(safe.length)] ?? 'x').join(''),
  };
}
