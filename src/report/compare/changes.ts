import type { ChurnReport } from '../schema.ts';

type Comparison = NonNullable<ChurnReport['comparison']>;
export type Amount = Comparison['before']['total'];
export type Change = Comparison['resources'][number]['change'];
export type Measure = Comparison['measure'];

/** One report's list of something; cut by --top where it is not complete. */
export interface Listed<Item> {
  readonly items: readonly Item[];
  readonly complete: boolean;
  readonly amountOf: (item: Item) => Amount;
}

export interface Changed<Item> {
  readonly change: Change;
  /** As the later report has it, where that does. */
  readonly item: Item;
  readonly before: Amount | null;
  readonly after: Amount | null;
}

export interface Judging {
  readonly measure: Measure;
  /** In that measure: what comes, goes or moves by less is left out. */
  readonly floor: { readonly presence: number; readonly growth: number };
}

/** By a quarter, or back by as much. */
const factor = 1.25;

/** What differs between two lists, the largest difference first. Items are the same where `idOf` gives the same. */
export function changesBetween<Item>(
  earlier: Listed<Item>,
  later: Listed<Item>,
  idOf: (item: Item) => string,
  judging: Judging,
): Changed<Item>[] {
  const of = (amount: Amount): number => (judging.measure === 'share' ? amount.share : (amount.perMinute ?? 0));
  const unlistedBefore = atMostUnlisted(earlier, of);
  const unlistedAfter = atMostUnlisted(later, of);
  const old = new Map(earlier.items.map((item) => [idOf(item), item]));
  const now = new Map(later.items.map((item) => [idOf(item), item]));
  const both = new Map([...old, ...now]);
  return [...both]
    .flatMap(([id, item]) => {
      const [was, is] = [old.get(id), now.get(id)];
      const before = was === undefined ? null : earlier.amountOf(was);
      const after = is === undefined ? null : later.amountOf(is);
      const from = before ? of(before) : unlistedBefore;
      const to = after ? of(after) : unlistedAfter;
      const change = changeOf(
        { from, to, isNew: !before && earlier.complete, isGone: !after && later.complete },
        judging,
      );
      return change ? [{ changed: { change, item, before, after }, difference: Math.abs(to - from) }] : [];
    })
    .sort((a, b) => b.difference - a.difference)
    .map(({ changed }) => changed);
}

interface Step {
  readonly from: number;
  readonly to: number;
  readonly isNew: boolean;
  readonly isGone: boolean;
}

function changeOf({ from, to, isNew, isGone }: Step, { floor }: Judging): Change | undefined {
  if (isNew) return to >= floor.presence ? 'new' : undefined;
  if (isGone) return from >= floor.presence ? 'gone' : undefined;
  if (Math.abs(to - from) < floor.growth) return undefined;
  if (to >= from * factor) return 'grown';
  return from >= to * factor ? 'shrunk' : undefined;
}

/** An item that a cut list leaves out had at most as much as the least that it holds. */
function atMostUnlisted<Item>({ items, complete, amountOf }: Listed<Item>, of: (amount: Amount) => number): number {
  return complete ? 0 : Math.min(...items.map((item) => of(amountOf(item))));
}
