/** Holds items for one reader that may be slow or away; beyond `limit` the oldest are dropped, and counted. */
export class Outbox<Item> {
  readonly #limit: number;
  #items: (Item | undefined)[] = [];
  /** Where the oldest lies; those before it are gone. */
  #start = 0;
  #dropped = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#items.length - this.#start;
  }

  /** Returns how many were dropped for it. */
  push(item: Item): number {
    this.#items.push(item);
    if (this.size <= this.#limit) return 0;
    this.#forget(1);
    this.#dropped++;
    return 1;
  }

  /** The oldest, at most `count`, and how many had to be dropped before them since the last time. */
  take(count: number): { readonly items: readonly Item[]; readonly dropped: number } {
    const items = this.#items.slice(this.#start, this.#start + count).filter((item) => item !== undefined);
    const dropped = this.#dropped;
    this.#forget(items.length);
    this.#dropped = 0;
    return { items, dropped };
  }

  #forget(count: number): void {
    this.#items.fill(undefined, this.#start, this.#start + count);
    this.#start += count;
    // Amortised: shifting an array of thousands for each item would cost as much as the items themselves.
    if (this.#start < 1024 && this.#start < this.#items.length) return;
    if (this.#start < this.#items.length / 2) return;
    this.#items = this.#items.slice(this.#start);
    this.#start = 0;
  }
}
