import type { Candidate } from './request-log.ts';

/** What is known of a key whose revisions were not read one by one. */
export interface KeyWrites {
  readonly writes: number;
  readonly creates: number;
  readonly deletes: number;
}

/** Writes of one key by the users whose requests made them. */
export interface SharedWrites {
  readonly byUser: ReadonlyMap<string, KeyWrites>;
  /** Requests by user that changed nothing. */
  readonly unchanged: ReadonlyMap<string, number>;
  /** Writes that somebody else among those users may have made. */
  readonly doubt: number;
}

/**
 * Lays a key's successful requests, in order, beside its counts of creations, changes and deletions. Exact where one user
 * asked, or where there are as many requests of a kind as writes; else the changes are shared out in proportion.
 */
export function shareWrites(writes: KeyWrites, requests: readonly Candidate[]): SharedWrites {
  const byUser = new Map<string, { writes: number; creates: number; deletes: number }>();
  const give = (user: string, what: Partial<KeyWrites>): void => {
    const { creates = 0, deletes = 0 } = what;
    const sum = byUser.get(user) ?? { writes: 0, creates: 0, deletes: 0 };
    byUser.set(user, {
      writes: sum.writes + (what.writes ?? 0),
      creates: sum.creates + creates,
      deletes: sum.deletes + deletes,
    });
  };
  const of = (kind: Candidate['kind']): Candidate[] => requests.filter((request) => request.kind === kind);
  for (const { user } of last(of('create'), writes.creates)) give(user, { writes: 1, creates: 1 });

  const removals = of('delete');
  const tombstones = last(removals, writes.deletes);
  for (const { user } of tombstones) give(user, { writes: 1, deletes: 1 });
  let changes = of('change');
  // The removal of the last finalizer deletes.
  const finalized = Math.min(writes.deletes - tombstones.length, changes.length - changesOf(writes));
  for (const { user } of last(changes, finalized)) give(user, { writes: 1, deletes: 1 });
  changes = changes.slice(0, changes.length - Math.max(0, finalized));
  // A deletion that has to wait marks the object first.
  const marking = removals.slice(0, removals.length - tombstones.length);
  const makers = [...changes, ...last(marking, changesOf(writes) - changes.length)];

  const { shares, unchanged, doubt } = proportioned(makers, changesOf(writes));
  for (const [user, count] of shares) give(user, { writes: count });
  return { byUser, unchanged, doubt };
}

const changesOf = ({ writes, creates, deletes }: KeyWrites): number => Math.max(0, writes - creates - deletes);

/** The last `count` of a list, none for a count below one. */
function last<T>(list: readonly T[], count: number): readonly T[] {
  return count <= 0 ? [] : list.slice(-count);
}

function proportioned(
  makers: readonly Candidate[],
  changes: number,
): { shares: Map<string, number>; unchanged: Map<string, number>; doubt: number } {
  const asked = new Map<string, number>();
  for (const { user } of makers) asked.set(user, (asked.get(user) ?? 0) + 1);
  const surplus = Math.max(0, makers.length - changes);
  const shares = new Map<string, number>();
  const unchanged = new Map<string, number>();
  let left = Math.min(changes, makers.length);
  let seen = 0;
  for (const [user, count] of asked) {
    seen += count;
    // The last takes what rounding left.
    const share =
      seen === makers.length ? left : Math.min(left, Math.round((count * changes) / Math.max(changes, makers.length)));
    left -= share;
    shares.set(user, share);
    if (count > share) unchanged.set(user, count - share);
  }
  return { shares, unchanged, doubt: asked.size > 1 ? Math.min(surplus, changes) : 0 };
}
