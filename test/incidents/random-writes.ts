import type { Mutation, Window } from './mutation.ts';
import { seeded, type Seeded } from './seeded.ts';

const places = [
  'pods',
  'events',
  'services/specs',
  'minions',
  'apps.example.com/widgets',
  'reports.kyverno.io/ephemeralreports',
] as const;
const utf8 = new TextEncoder();

interface Shape {
  readonly count: number;
  readonly keys?: number;
}

/**
 * Everything a key can go through, at random: puts, deletions and recreations, leases taken, changed, lost and revoked,
 * transactions over several keys, values of no bytes up to several pages.
 */
export function* randomWrites(
  { from, until, seed }: Window,
  { count, keys = Math.ceil(count / 6) }: Shape,
): Generator<Mutation> {
  const random = seeded(seed);
  const names = Array.from({ length: keys }, () => keyName(random));
  /** Keys that live, with the lease each is attached to. */
  const live = new Map<string, number | undefined>();
  let leases = 0;
  let made = 0;
  for (let step = 0; made < count; step++) {
    const at = from + Math.floor(((until - from) * made) / count);
    const kind = random.next();
    if (kind < 0.01 && leases > 0) {
      const lease = 1 + random.below(leases);
      const attached = [...live].filter(([, held]) => held === lease).map(([key]) => key);
      for (const key of attached) {
        live.delete(key);
        yield { at, key, lease, txn: step };
      }
      made += attached.length;
      continue;
    }
    const inTransaction = kind < 0.15 ? { txn: step } : {};
    const chosen = new Set(Array.from({ length: kind < 0.15 ? 2 + random.below(8) : 1 }, () => hot(names, random)));
    for (const key of chosen) {
      made++;
      if (live.has(key) && random.next() < 0.3) {
        live.delete(key);
        yield { at, key, ...inTransaction };
        continue;
      }
      const lease =
        random.next() < 0.2 ? (leases === 0 || random.next() < 0.05 ? ++leases : 1 + random.below(leases)) : undefined;
      live.set(key, lease);
      yield { at, key, value: value(key, random), ...(lease === undefined ? {} : { lease }), ...inTransaction };
    }
  }
}

/** Few keys get most writes, as in life. */
const hot = (names: readonly string[], random: Seeded): string =>
  names[Math.floor(names.length * random.next() ** 4)] ?? '';

function keyName(random: Seeded): string {
  const place = random.pick(places);
  const name = `${random.suffix(1 + random.below(40))}${random.next() < 0.05 ? '-äü' : ''}`;
  return place === 'minions' ? `/registry/minions/${name}` : `/registry/${place}/ns-${random.below(9)}/${name}`;
}

function value(key: string, random: Seeded): Uint8Array {
  const size = random.next() < 0.02 ? random.below(20_000) : random.below(random.next() < 0.5 ? 40 : 900);
  if (size < 20) return new Uint8Array(size).fill(0x20);
  return utf8.encode(
    JSON.stringify({ apiVersion: 'v1', kind: 'Thing', metadata: { name: key }, data: random.hex(size) }),
  );
}
