import { expect } from '@jest/globals';
import { triage, type Report } from './triage.ts';
import type { Truth } from './truth.ts';

const top = 1000;

/** Reads a file that no etcd has open, and holds totals, every prefix and every one of the top 1,000 keys against the truth. */
export async function expectExact(file: string, truth: Truth): Promise<Report> {
  const report = await triage(file, top);
  expect(report.totals).toMatchObject(truth.totals);
  expect(
    Object.fromEntries(
      report.resources.map(({ prefix, writes, deletes, bytes, liveKeys }) => [
        prefix,
        { writes, deletes, bytes, liveKeys },
      ]),
    ),
  ).toEqual(Object.fromEntries(truth.prefixes));
  const ranked = [...truth.keys.values()].map(({ writes }) => writes).sort((a, b) => b - a);
  expect(report.keys.map(({ writes }) => writes)).toEqual(ranked.slice(0, top));
  for (const { key, writes, deletes, bytes, error } of report.keys) {
    expect({ key, writes, deletes, bytes, error }).toEqual({ key, ...truth.keys.get(key), error: 0 });
  }
  return report;
}
