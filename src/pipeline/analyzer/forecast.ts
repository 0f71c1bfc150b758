import type { Millis } from '../../model/write.ts';

export interface SizeAt {
  readonly at: Millis;
  readonly sizeBytes: number;
}

/** Below this, growth is told from too little. */
const shortest = 10 * 60_000;

/**
 * When the quota is reached if the database goes on growing as it did; undefined where it does not grow, or too little
 * is known. A fall is a defragmentation: only what came after counts.
 */
export function quotaReachedAt(sizes: readonly SizeAt[], quotaBytes: number): Millis | undefined {
  const fall = sizes.findLastIndex(({ sizeBytes }, i) => i > 0 && sizeBytes < sizes[i - 1]!.sizeBytes);
  const rising = sizes.slice(Math.max(0, fall));
  const [first] = rising;
  const last = rising.at(-1);
  if (!first || !last) return undefined;
  if (last.sizeBytes >= quotaBytes) return last.at;
  if (last.at - first.at < shortest || last.sizeBytes <= first.sizeBytes) return undefined;
  const perMilli = (last.sizeBytes - first.sizeBytes) / (last.at - first.at);
  return last.at + (quotaBytes - last.sizeBytes) / perMilli;
}
