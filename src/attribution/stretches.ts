import type { Stretch } from '../model/request.ts';
import type { Millis } from '../model/write.ts';

const minute = 60_000;
/** A pause of this many minutes ends a stretch. */
const pause = 2;
/** A day; older minutes are forgotten first. */
const minutesKept = 1440;

/** Counts moments by the minute, in any order. */
export class MinuteCounts {
  readonly #counts = new Map<number, number>();

  add(at: Millis): void {
    const index = Math.floor(at / minute);
    this.#counts.set(index, (this.#counts.get(index) ?? 0) + 1);
    if (this.#counts.size <= minutesKept) return;
    for (const oldest of this.#counts.keys()) {
      this.#counts.delete(oldest);
      break;
    }
  }

  /** Counts by the moment their minute began. */
  *minutes(): Generator<readonly [Millis, number]> {
    for (const [index, count] of this.#counts) yield [index * minute, count];
  }

  /** The stretch in which most happened; a stretch counts as one minute at least. */
  busiest(): Stretch {
    let best: Stretch = { count: 0, perMinute: 0, minutes: 0 };
    let [count, start, previous] = [0, 0, -Infinity];
    for (const [index, more] of [...this.#counts].sort((a, b) => a[0] - b[0])) {
      if (index - previous > pause) [count, start] = [0, index];
      count += more;
      previous = index;
      const minutes = index - start + 1;
      if (count > best.count) best = { count, perMinute: count / minutes, minutes };
    }
    return best;
  }
}
