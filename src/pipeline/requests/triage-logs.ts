import type { AskedObject, RequestTally } from '../../attribution/request-tally.ts';
import type { Counted, EventCount, Timeline } from '../../model/analysis.ts';
import type { KeyCount, PrefixCount } from '../../model/counts.ts';
import type { RequestSource } from '../../model/request.ts';
import type { ResourceKey } from '../../model/resource.ts';
import { pathOf } from '../../objects/kinds.ts';
import type { ThresholdSettings } from '../../patterns/find-causes.ts';
import type { ChurnReport } from '../../report/schema.ts';
import { createBest } from '../../tally/best.ts';
import type { RevisionClock } from '../../tally/revision-clock.ts';
import { readRequests, type RequestLogs } from './read-logs.ts';
import { explain } from '../explain.ts';

export interface AuditTriage {
  readonly requests: RequestLogs;
  readonly top: number;
  readonly version: string;
  readonly thresholds?: ThresholdSettings;
  /** Adds what is known besides: of a live etcd that sent no snapshot. */
  readonly refine?: (counted: Counted) => Counted;
}

/** Audit logs alone -> the report: what succeeded stands in for writes, and is called attempts. */
export async function triageAuditLogs({
  requests,
  top,
  version,
  thresholds,
  refine,
}: AuditTriage): Promise<ChurnReport> {
  const { tally, sources, notSeen } = await readRequests(requests);
  const counted = { ...countedAttempts(tally, sources, top), notSeen: [attemptsOnly, ...notSeen] };
  return explain({
    counted: refine?.(counted) ?? counted,
    hasValues: false,
    changes: new Map(),
    clock: wallClock,
    top,
    version,
    ...(thresholds && { thresholds }),
  });
}

const attemptsOnly =
  'no writes were read, only requests: attempts are counted, and some of those that succeeded changed nothing in etcd (add --snapshot or --etcd to tell them apart)';

/** Requests carry their time: it stands in for revisions. */
const wallClock: RevisionClock = { timeOf: (at) => at, revisionAt: (at) => at, errorSeconds: 0 };

/** What was asked for and granted, in the shape of what was counted in a store. */
function countedAttempts(tally: RequestTally, sources: readonly RequestSource[], top: number): Counted {
  const prefixes = prefixCounts(tally);
  const requests = tally.counted(sources, 'apart');
  const sum = (of: (count: PrefixCount) => number): number => prefixes.reduce((total, count) => total + of(count), 0);
  return {
    attempts: true,
    source: sources.flatMap(({ kind, name, from, to }) =>
      kind === 'audit-log' && from !== undefined && to !== undefined
        ? { kind: 'audit-log' as const, name, fromRevision: from, toRevision: to, compactRevision: 0 }
        : [],
    ),
    totals: {
      ...{ revisions: 0, bytes: 0, keys: sum(({ keys }) => keys) },
      writes: sum(({ writes }) => writes),
      creates: sum(({ creates }) => creates),
      deletes: sum(({ deletes }) => deletes),
    },
    growth: 0,
    countedRevisions: 0,
    prefixes,
    topKeys: keyCounts(tally, top),
    writers: [...tally.askedUsers()]
      .filter(({ writes }) => writes > 0)
      .map(({ user, writes }) => ({
        writer: { name: user, kind: 'user', confidence: 'high' },
        ...{ writes, creates: 0, deletes: 0, bytes: 0, error: 0 },
        resources: requests.users.find((each) => each.user === user)?.resources ?? [],
      })),
    ...{ abouts: [], edges: [], events: eventCounts(tally), anchors: [], chosen: [] },
    undecoded: { encrypted: 0, unknown: 0 },
    requests,
    ...timelineOf(tally, prefixes),
    notSeen: [],
  };
}

function prefixCounts(tally: RequestTally): PrefixCount[] {
  return [...tally.askedResources()]
    .filter(({ succeeded }) => succeeded > 0)
    .map(({ group, resource, succeeded, creates, deletes, keys, liveKeys, from, to }) => ({
      ...{ prefix: pathOf(group, resource), group, resource, writes: succeeded, creates, deletes, bytes: 0 },
      ...{ keys, liveKeys, firstRevision: from, lastRevision: to },
    }))
    .sort((a, b) => b.writes - a.writes || (a.prefix < b.prefix ? -1 : 1));
}

/** Kubernetes' own announce what happens once: scalings, starts. Which, only the Event itself would tell. */
const ownAccounts = /^system:(?!serviceaccount:)|^system:serviceaccount:kube-system:/;

/** Events by the account that sent them; a log tells neither reporter nor reason. */
function eventCounts(tally: RequestTally): EventCount[] {
  return [...tally.askedReporters()]
    .filter(({ user }) => !ownAccounts.test(user))
    .map(({ user, writes, from, to }) => ({
      ...{ reporter: user.split(':').at(-1) ?? user, reason: 'Events', namespace: '', kind: '' },
      ...{ writes, creates: writes, deletes: 0, bytes: 0, names: writes, firstRevision: from, lastRevision: to },
    }))
    .sort((a, b) => b.writes - a.writes || (a.reporter < b.reporter ? -1 : 1));
}

function keyCounts(tally: RequestTally, top: number): KeyCount[] {
  const best = createBest<AskedObject>(
    top,
    (a, b) => b.succeeded - a.succeeded || (keyOf(a.key) < keyOf(b.key) ? -1 : 1),
  );
  for (const object of tally.askedObjects()) if (object.succeeded > 0) best.offer(object);
  return best.sorted().map(({ key: resource, succeeded, creates, deletes, first, last, live }, id) => ({
    ...{ id, key: keyOf(resource), resource, prefix: pathOf(resource.group, resource.resource) },
    ...{ writes: succeeded, creates, deletes, bytes: 0, maxBytes: 0, live },
    ...{ firstRevision: first, lastRevision: last, about: undefined, writer: undefined },
  }));
}

function keyOf({ group, resource, namespace, name }: ResourceKey): string {
  return [pathOf(group, resource), ...(namespace === undefined ? [] : [namespace]), name].join('/');
}

const bins = 60;
const shown = 8;

/** Attempts by the minute, or by a sixtieth of the time. */
function timelineOf(tally: RequestTally, prefixes: readonly PrefixCount[]): { timeline?: Timeline } {
  const from = Math.min(...prefixes.map(({ firstRevision = Infinity }) => firstRevision));
  const to = Math.max(...prefixes.map(({ lastRevision = -Infinity }) => lastRevision));
  if (!(to > from)) return {};
  const minute = 60_000;
  const width = Math.max(minute, Math.ceil((to - from) / bins / minute) * minute);
  const start = Math.floor(from / width) * width;
  const count = Math.floor((to - start) / width) + 1;
  const place = (at: number): number => Math.min(count - 1, Math.max(0, Math.floor((at - start) / width)));
  const series = new Map<string, number[]>();
  const named = new Set(prefixes.slice(0, shown).map(({ prefix }) => prefix));
  for (const { group, resource, minutes } of tally.minutes()) {
    const prefix = pathOf(group, resource);
    const of = named.has(prefix) ? prefix : '';
    const writes = series.get(of) ?? Array.from({ length: count }, () => 0);
    series.set(of, writes);
    for (const [at, more] of minutes) writes[place(at)]! += more;
  }
  return {
    timeline: {
      edges: Array.from({ length: count + 1 }, (_, i) => start + i * width),
      prefixes: [...prefixes.slice(0, shown).map(({ prefix }) => prefix), ''].flatMap((prefix) => {
        const writes = series.get(prefix);
        return writes ? [{ prefix, writes }] : [];
      }),
    },
  };
}
