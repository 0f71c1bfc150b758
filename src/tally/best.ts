/** Keeps the best `limit` of many items without sorting them all. `compare` as for Array.sort: negative is better. */
export function createBest<Item>(limit: number, compare: (a: Item, b: Item) => number) {
  let kept: Item[] = [];
  let worst: Item | undefined;
  const cut = (): void => {
    kept = kept.sort(compare).slice(0, limit);
    if (kept.length === limit) worst = kept.at(-1);
  };
  return {
    offer(item: Item): void {
      if (limit === 0 || (worst !== undefined && compare(item, worst) >= 0)) return;
      kept.push(item);
      if (kept.length >= limit * 2 + 16) cut();
    },
    /** What an item must beat by now; undefined while there is room. */
    worst: (): Item | undefined => worst,
    sorted(): readonly Item[] {
      cut();
      return kept;
    },
  };
}
