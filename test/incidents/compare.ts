import { triage } from './triage.ts';
import type { Truth } from './truth.ts';

const top = 1000;

/** Totals, every prefix and each of the top 1,000 keys: as triage says of a file that no etcd has open, and as they are. */
export async function compare(
  file: string,
  truth: Truth,
): Promise<{ readonly found: object; readonly expected: object }> {
  const { totals, coverage, resources, keys } = await triage(file, top);
  const found = {
    totals: only(totals, ['revisions', 'writes', 'deletes', 'bytes', 'keys']),
    ratio: coverage.ratio,
    prefixes: Object.fromEntries(
      resources.map((row) => [row.prefix, only(row, ['writes', 'deletes', 'bytes', 'liveKeys'])]),
    ),
    ranks: keys.map(({ writes }) => writes),
    keys: keys.map((row) => only(row, ['key', 'writes', 'deletes', 'bytes', 'error'])),
  };
  const ranks = [...truth.keys.values()].map(({ writes }) => writes).toSorted((a, b) => b - a);
  const expected = {
    totals: truth.totals,
    ratio: 1, // a compaction leaves every later revision
    prefixes: Object.fromEntries(truth.prefixes),
    ranks: ranks.slice(0, top),
    keys: keys.map(({ key }) => ({ key, ...truth.keys.get(key), error: 0 })),
  };
  return { found, expected };
}

function only<T, K extends keyof T & string>(row: T, names: readonly K[]): Partial<Record<K, unknown>> {
  return Object.fromEntries(names.map((name) => [name, row[name]])) as Partial<Record<K, unknown>>;
}
