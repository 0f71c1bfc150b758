import type { ChurnReport } from '../schema.ts';

type Timeline = NonNullable<ChurnReport['timeline']>;

/** The timeline in columns of equal width, as a picture needs it. */
export interface TimelineColumns {
  /** By revision where the times of the edges are unknown. */
  readonly axis: 'time' | 'revision';
  /** Milliseconds, or revisions. */
  readonly from: number;
  readonly to: number;
  /** Writes of each column; the most written first, "" for all others together last. */
  readonly layers: readonly { readonly prefix: string; readonly writes: readonly number[] }[];
  /** Writes of the highest column, all layers together. */
  readonly peak: number;
}

const mostColumns = 96;
const fewestColumns = 12;

/** undefined where there is nothing to draw. A column is never narrower than the clock is wrong. */
export function timelineColumns(
  { edges, times, resources }: Timeline,
  errorSeconds: number | null = null,
): TimelineColumns | undefined {
  const at = times.map((time) => (time === null ? Number.NaN : Date.parse(time)));
  const timed = at.length === edges.length && at.every((ms, i) => !Number.isNaN(ms) && ms >= (at[i - 1] ?? ms));
  const isSpan = (positions: readonly number[]): boolean => (positions.at(-1) ?? 0) > (positions[0] ?? 0);
  const axis = timed && isSpan(at) ? 'time' : 'revision';
  const positions = axis === 'time' ? at : edges;
  const [from = 0, to = 0] = [positions[0], positions.at(-1)];
  if (!isSpan(positions) || resources.every(({ writes }) => writes.every((n) => n === 0))) return undefined;

  const narrowest = axis === 'time' && errorSeconds !== null ? Math.max(1, errorSeconds * 1000) : 1;
  const columns = Math.max(fewestColumns, Math.min(mostColumns, Math.floor((to - from) / narrowest)));
  const layers = resources.map(({ prefix, writes }) => ({ prefix, writes: spread(writes, positions, columns) }));
  const heights = Array.from({ length: columns }, (_, i) =>
    layers.reduce((sum, { writes }) => sum + (writes[i] ?? 0), 0),
  );
  return { axis, from, to, layers, peak: Math.max(...heights) };
}

/** Each bin's writes go to the columns it lies in, by how much of it does; a bin of no width goes to one column. */
function spread(writes: readonly number[], positions: readonly number[], columns: number): number[] {
  const into = Array.from({ length: columns }, () => 0);
  const [start = 0, end = 0] = [positions[0], positions.at(-1)];
  const columnOf = (position: number): number => ((position - start) / (end - start)) * columns;
  writes.forEach((n, bin) => {
    const from = columnOf(positions[bin] ?? end);
    const to = columnOf(positions[bin + 1] ?? end);
    const [first, last] = [Math.min(columns - 1, Math.floor(from)), Math.min(columns - 1, Math.ceil(to) - 1)];
    for (let column = first; column <= Math.max(first, last); column++) {
      const part = to > from ? (Math.min(to, column + 1) - Math.max(from, column)) / (to - from) : 1;
      into[column] = (into[column] ?? 0) + n * part;
    }
  });
  return into;
}

/** Where a scale ends: the next round figure, whose half is round too. */
export function scaleEnd(peak: number): number {
  const power = 10 ** Math.floor(Math.log10(peak));
  return [1, 2, 3, 4, 5, 6, 8, 10].map((step) => step * power).find((end) => end >= peak * 0.9999) ?? peak;
}
