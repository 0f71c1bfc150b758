import type { Millis } from '../model/write.ts';

/** Alternations whose times are remembered. */
const remembered = 8;

/** Counts the returns of a field that another writer made than the change they undid, and how close together they came. */
export class Alternations {
  count = 0;
  /** Entry k - 1: the shortest time in which k of them happened. */
  readonly fastest: number[] = [];
  readonly #times: Millis[] = [];

  add(at: Millis | undefined): void {
    this.count++;
    if (at === undefined) return;
    this.#times.push(at);
    if (this.#times.length > remembered) this.#times.shift();
    this.#times.forEach((earlier, i) => {
      const k = this.#times.length - i - 1;
      this.fastest[k] = Math.min(this.fastest[k] ?? Infinity, at - earlier);
    });
  }
}
