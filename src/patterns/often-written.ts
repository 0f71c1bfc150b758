import type { Rate } from '../tally/rates.ts';
import type { Accusation } from './accusation.ts';
import type { ObservedObject } from './observed.ts';
import { samplesWriters } from './sample-writers.ts';
import { rounded } from './sentences.ts';

export interface PaceLimits {
  /** Writes a minute of one object. */
  readonly perMinute: number;
  /** Minutes it must have gone on. */
  readonly sustainedMinutes: number;
}

export const isOver = (rate: Rate | undefined, { perMinute, sustainedMinutes }: PaceLimits): rate is Rate =>
  rate !== undefined && rate.perMinute > perMinute && rate.sustainedMinutes >= sustainedMinutes;

/** Whether next to nothing but status moves, or what else a kind keeps its state in. */
export function movesOnlyState({ changes }: ObservedObject, alsoState?: RegExp): boolean {
  const moved = changes.count - changes.noChange;
  return (
    moved > 0 &&
    changes.paths.every(
      ({ path, changes: times }) => path.startsWith('/status/') || alsoState?.test(path) || times * 5 <= moved,
    )
  );
}

/** An object that is written too often, with what moves most in it. */
export function accuseOften({ ref, changes, rate }: ObservedObject, cause: string): Accusation {
  return {
    confidence: changes.count >= 20 ? 'high' : 'medium',
    ref,
    fields: mostMoved(changes.paths),
    writers: changes.writers.map(({ writer, writes }) => ({ ...writer, writes })),
    evidence: {
      ...(rate && { perMinute: rounded(rate.perMinute), minutes: rounded(rate.sustainedMinutes) }),
      changes: changes.count,
    },
    cause,
  };
}

/** A prefix, rather than one finding for each of its keys. */
export function accuseCrowd(often: readonly ObservedObject[], read: number, cause: string): Accusation {
  const rates = often.map(({ rate }) => rate?.perMinute ?? 0).sort((a, b) => a - b);
  return {
    confidence: 'high',
    fields: mostMoved(often.flatMap(({ changes }) => changes.paths)),
    writers: samplesWriters(often, sumOf(often)),
    evidence: {
      objects: often.length,
      objectsRead: read,
      perMinuteEach: rounded(rates[Math.floor(rates.length / 2)] ?? 0),
    },
    cause,
  };
}

function sumOf(objects: readonly ObservedObject[]): { writes: number; deletes: number } {
  const sum = (of: 'writes' | 'deletes'): number => objects.reduce((all, { count }) => all + count[of], 0);
  return { writes: sum('writes'), deletes: sum('deletes') };
}

function mostMoved(paths: readonly { readonly path: string; readonly changes: number }[]): string[] {
  const times = new Map<string, number>();
  for (const { path, changes } of paths) times.set(path, (times.get(path) ?? 0) + changes);
  return [...times]
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, 3)
    .map(([path]) => path);
}
