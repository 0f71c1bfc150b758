import type { Revision } from '../../model/write.ts';
import { createRevisionSet } from '../../tally/revision-set.ts';

/** Which of the store's revisions were seen as a change of some object. */
export interface Coverage {
  /** The last revision before anything was counted; undefined until every first list is in. */
  readonly from: Revision | undefined;
  readonly to: Revision;
  begin(from: Revision): void;
  /** A change was seen. */
  saw(revision: Revision, isDeletion: boolean): void;
  /** etcd itself showed it. */
  explain(revision: Revision): void;
  /** The store is at least this far. */
  reached(revision: Revision): void;
  /** Distinct revisions seen of those after one and up to another, and how many there were. */
  between(after: Revision, upTo: Revision): { readonly counted: number; readonly growth: number };
  /** Two objects were written under one revision, which no API server does in etcd: this store numbers otherwise. */
  readonly isEtcd: boolean;
  /** It was found out by other means. */
  ruleOutEtcd(): void;
  /** Counts on, but no longer remembers which of the revisions up to this one were seen: `between` is then asked from 0, or from behind it. */
  forgetBefore(revision: Revision): void;
}

/** A revision of several puts is seen now and then where two writers' transactions are batched by a proxy; many are proof. */
const provenOtherwise = 8;

export function createCoverage(): Coverage {
  const seen = createRevisionSet();
  let from: Revision | undefined;
  let to: Revision = 0;
  let shared = 0;
  let explained = false;
  let ruledOut = false;
  /** Seen up to `forgotten`. */
  let before = 0;
  let forgotten: Revision = 0;
  return {
    get from() {
      return from;
    },
    get to() {
      return to;
    },
    begin(revision) {
      from = revision;
      to = Math.max(to, revision);
    },
    saw(revision, isDeletion) {
      if (from === undefined || revision <= Math.max(from, forgotten)) return;
      // A lease that ends deletes all its Events in one revision.
      if (seen.has(revision) && !isDeletion) shared++;
      seen.add(revision);
      to = Math.max(to, revision);
    },
    explain(revision) {
      explained = true;
      if (revision > forgotten) seen.add(revision);
      to = Math.max(to, revision);
    },
    reached(revision) {
      to = Math.max(to, revision);
    },
    between(after, upTo) {
      if (from === undefined || upTo <= Math.max(from, after)) return { counted: 0, growth: 0 };
      const start = Math.max(from, after);
      const counted = seen.count(start) - seen.count(upTo);
      return { counted: counted + (start < forgotten ? before : 0), growth: upTo - start };
    },
    get isEtcd() {
      return explained || (!ruledOut && shared < provenOtherwise);
    },
    ruleOutEtcd: () => void (ruledOut = true),
    forgetBefore(revision) {
      const { count, upTo } = seen.forget(revision);
      before += count;
      forgotten = Math.max(forgotten, upTo);
    },
  };
}
