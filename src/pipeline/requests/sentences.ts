import type { AttributedWriters } from '../../attribution/attributed-writers.ts';
import type { Counted } from '../../model/analysis.ts';
import { retainedFrom } from '../../model/database.ts';
import { resourceName } from '../../model/resource.ts';
import type { Millis } from '../../model/write.ts';
import { withoutRemainder } from '../../tally/remainder.ts';
import type { RevisionClock } from '../../tally/revision-clock.ts';
import type { KeptRequests } from './listener.ts';
import type { CountedStore } from './store.ts';

export interface JoinFacts {
  readonly store: CountedStore;
  readonly kept: KeptRequests;
  /** Logs of another cluster. */
  readonly others: readonly string[];
  /** Of the logs, and who wrote, where anything was joined. */
  readonly clock?: RevisionClock;
  readonly writers?: AttributedWriters;
}

/** What is to be known about how far the logs tell who wrote. */
export function sentencesOf({ store, kept, others, clock, writers }: JoinFacts): string[] {
  return [
    ...others.map(
      (name) =>
        `${name} does not belong to the cluster of this database: the revisions and objects it names are not there, so it tells nothing about who wrote`,
    ),
    ...(clock && writers
      ? [...skewOf(store, kept, clock), ...coverageOf(store, kept, clock, writers)]
      : others.length < kept.verdicts.size
        ? ['the audit log names no write of the window: they do not meet in time, or its policy leaves writes out']
        : []),
    ...(kept.log.dropped() > 0
      ? [
          `${kept.log.dropped()} requests of the audit log were counted but not joined: too many for the memory set aside`,
        ]
      : []),
  ];
}

/** Clocks of one second's resolution are not told apart below this. */
const leastSkew: Millis = 5_000;

function skewOf({ clock: own }: CountedStore, { covered }: KeptRequests, log: RevisionClock): string[] {
  if (own === log || own.errorSeconds === undefined) return [];
  // Beyond what both know, either is a guess.
  const [fromRevision, toRevision] = [log.revisionAt(covered.from) ?? 0, log.revisionAt(covered.to) ?? 0];
  const samples = 101;
  const offsets = Array.from({ length: samples }, (_, i) => {
    const revision = Math.round(fromRevision + ((toRevision - fromRevision) * i) / (samples - 1));
    const at = log.timeOf(revision);
    const stored = own.timeOf(revision);
    return at === undefined || stored === undefined ? [] : at - stored;
  })
    .flat()
    .sort((a, b) => a - b);
  const median = offsets[offsets.length >> 1] ?? 0;
  const least = Math.max(leastSkew, own.errorSeconds * 2000);
  if (Math.abs(median) < least) return [];
  const seconds = Math.round(Math.abs(median) / 1000);
  return [
    `the clock of the audit log is ${seconds} s ${median > 0 ? 'ahead of' : 'behind'} the times stored in etcd: it was set right by the revisions both name`,
  ];
}

function coverageOf(
  { counted }: CountedStore,
  { covered }: KeptRequests,
  clock: RevisionClock,
  writers: AttributedWriters,
): string[] {
  const [store] = counted.source;
  if (!store) return [];
  const first = retainedFrom([store]);
  const span = Math.max(1, store.toRevision - first);
  const [from, to] = [clock.revisionAt(covered.from) ?? first, clock.revisionAt(covered.to) ?? store.toRevision];
  const share = Math.max(0, Math.min(store.toRevision, to) - Math.max(first, from)) / span;
  // An idle cluster's last minute is no gap.
  if (share >= 0.95) return unaskedOf(counted, writers);
  return [
    `the audit log covers ${Math.round(share * 100)} % of the revisions: writers of the others are known by field manager only`,
  ];
}

/** What API servers write without being asked. */
const own: ReadonlySet<string> = new Set(['masterleases', 'peerserverleases', 'rangeallocations', 'compact_rev_key']);
const worthSaying = 0.02;

/** Writes since the compaction that no request explains: of what it left of older times nobody asks. */
export function unaskedOf(
  { prefixes, totals }: Pick<Counted, 'prefixes' | 'totals'>,
  writers: Pick<AttributedWriters, 'writes'>,
): string[] {
  const { writes: written } = withoutRemainder(totals);
  const left = prefixes
    .map(withoutRemainder)
    .filter(({ resource }) => !own.has(resource))
    .map(({ prefix, resource, group, writes }) => ({
      name: resource === '' ? prefix : resourceName({ group, resource }),
      writes: writes - (writers.writes.get(prefix) ?? 0),
    }))
    .filter(({ writes }) => writes > 0)
    .sort((a, b) => b.writes - a.writes);
  const all = left.reduce((sum, { writes }) => sum + writes, 0);
  if (all < written * worthSaying) return [];
  const most = left.slice(0, 3).map(({ name, writes }) => `${name} ${writes}`);
  return [
    `${all} of ${written} writes have no request in the audit log (${most.join(', ')}): its policy leaves them out, another API server took them, or etcd let them expire`,
  ];
}
