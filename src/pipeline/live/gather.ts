import { AttributedWriters } from '../../attribution/attributed-writers.ts';
import type { Changes } from '../../history/changes.ts';
import type { ChosenKey, Counted } from '../../model/analysis.ts';
import type { WriterCount } from '../../model/counts.ts';
import type { RequestSource } from '../../model/request.ts';
import type { KeyId, Millis, Revision } from '../../model/write.ts';
import { aboutCounts } from '../../tally/about-counts.ts';
import { keyCount, topKeyIds } from '../../tally/key-counts.ts';
import { releaseCounts } from '../../tally/release-counts.ts';
import { buildRevisionClock } from '../../tally/revision-clock.ts';
import { tallyTotals } from '../../tally/totals.ts';
import type { ThresholdSettings } from '../../patterns/find-causes.ts';
import type { Gathered } from '../explain.ts';
import type { Counters } from './count-changes.ts';
import type { FullWatches } from './full-watches.ts';
import { liveThresholds, withThresholds } from './live-thresholds.ts';
import { nameSampled } from './name-sampled.ts';
import type { UserWrites } from './request-join.ts';
import { idIn } from './window.ts';

export interface Gathering {
  readonly counters: Counters;
  readonly fulls: FullWatches;
  /** The API server's address. */
  readonly name: string;
  /** The store was at least here a moment ago, so that what is younger may still be on its way. */
  readonly upTo: Revision;
  readonly fromRevision: Revision;
  readonly anchors: readonly { readonly revision: Revision; readonly at: Millis }[];
  readonly notSeen: readonly string[];
  readonly top: number;
  readonly version: string;
  readonly now: Millis;
  /** Other thresholds than those of live watching. */
  readonly thresholds?: ThresholdSettings;
}

/** What the window holds, in the shape that every source comes to. */
export function gather(input: Gathering): Gathered {
  const { counters, fulls, name, upTo, fromRevision, top, now } = input;
  const { window, coverage, day, join } = counters;
  const tally = window.merged();
  const attributedTo = join.users();
  const users = Map.groupBy(attributedTo, ({ key }) => key);
  const changes = new Map<KeyId, Changes>();
  const chosen: ChosenKey[] = [];
  const choose = (key: string, chosenFor: ChosenKey['chosenFor'], of: Changes, by: readonly UserWrites[]): void => {
    const id = idIn(tally, key);
    if (id === undefined || changes.has(id)) return;
    const named = nameSampled({ count: keyCount(tally, id), changes: of }, by);
    // Revisions from before it was watched, or after, were counted and not read.
    const whole = of.revisions + of.deletes >= named.count.writes;
    changes.set(id, whole ? named.changes : { ...named.changes, gaps: Math.max(1, of.gaps) });
    chosen.push({ count: named.count, chosenFor });
  };
  // What is watched in full names the writer of each change itself.
  for (const { key, changes: of } of fulls.changes()) if (of.revisions > 0) choose(key, 'rank', of, []);
  for (const { key, chosenFor, changes: of } of counters.samples.changes())
    choose(key, chosenFor, of, users.get(key) ?? []);

  const covered = coverage.between(fromRevision, upTo);
  const sums = tallyTotals(tally);
  const prefixes = sums.prefixes.map((count) => {
    const state = [...counters.states.all.values()].find(({ prefix }) => prefix === count.prefix);
    return state
      ? { ...count, group: state.resource.group, resource: state.resource.resource, liveKeys: state.liveKeys }
      : count;
  });
  const timeline = day.timeline(now);
  const counted: Counted = {
    source: [{ kind: 'api', name, fromRevision, toRevision: Math.max(upTo, fromRevision), compactRevision: 0 }],
    ...sums,
    prefixes,
    totals: { ...sums.totals, revisions: covered.counted },
    growth: covered.growth,
    countedRevisions: covered.counted,
    topKeys: topKeyIds(tally, top).map((id) => keyCount(tally, id)),
    ...aboutCounts(tally),
    releases: releaseCounts(tally),
    anchors: input.anchors,
    chosen,
    ...(timeline && { timeline }),
    notSeen: input.notSeen,
  };
  const writersOf = (): WriterCount[] => {
    const attributed = new AttributedWriters();
    for (const { key, user, certain, ...by } of attributedTo) {
      const id = idIn(tally, key);
      if (id !== undefined) attributed.move(keyCount(tally, id), user, by, { certain, doubt: by.writes - certain });
    }
    return attributed.counts(counted.writers);
  };
  return {
    counted: join.active
      ? { ...counted, writers: writersOf(), requests: join.requests.counted([admission(join.requests)], 'joined') }
      : counted,
    hasValues: true,
    changes,
    clock: buildRevisionClock(input.anchors),
    top,
    version: input.version,
    thresholds: withThresholds(liveThresholds, input.thresholds),
  };
}

function admission(requests: Counters['join']['requests']): RequestSource {
  const { total } = requests.counted([], 'joined');
  return {
    kind: 'admission',
    name: 'the webhook',
    requests: total.succeeded,
    from: Number.isFinite(total.from) ? total.from : undefined,
    to: Number.isFinite(total.to) ? total.to : undefined,
  };
}
