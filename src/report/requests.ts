import type { CountedRequests, Outcomes } from '../model/request.ts';
import type { Millis } from '../model/write.ts';
import type { ChurnReport } from './schema.ts';

type Requests = NonNullable<ChurnReport['requests']>;

/** The part of the report that tells what was asked for. */
export function requestsPart(requests: CountedRequests, top: number): Requests {
  const { standing, sources, total, resources, users, objects, error } = requests;
  return {
    standing,
    sources: sources.map(({ kind, name, requests: count, from, to }) => ({
      ...{ kind, name, requests: count },
      from: isoTime(from),
      to: isoTime(to),
    })),
    ...outcomesOf(total),
    resources: resources.map((each) => ({ group: each.group, resource: each.resource, ...outcomesOf(each) })),
    users: users.slice(0, top).map((each) => ({
      ...{ user: each.user, userAgents: each.userAgents, resources: each.resources },
      ...outcomesOf(each),
    })),
    objects: objects.slice(0, top).map((each) => ({
      ...{
        group: each.key.group,
        resource: each.key.resource,
        namespace: each.key.namespace ?? '',
        name: each.key.name,
      },
      ...{ user: each.user, userAgents: each.userAgents, reason: each.reason ?? null },
      ...outcomesOf(each),
    })),
    error,
  };
}

function outcomesOf(outcomes: Outcomes): Omit<Requests['resources'][number], 'group' | 'resource'> {
  const { succeeded, unchanged = null, rejected, conflicts, from, to } = outcomes;
  const all = succeeded + refusals(rejected);
  return {
    ...{ succeeded, unchanged, rejected, conflicts },
    ratePerMinute: to >= from ? all / Math.max(1, (to - from) / 60_000) : null,
  };
}

export function refusals(rejected: Readonly<Record<string, number>>): number {
  return Object.values(rejected).reduce((sum, count) => sum + count, 0);
}

/** null also for years the four digits of ISO 8601 cannot hold: a stored object may claim any time. */
export function isoTime(at: Millis | undefined): string | null {
  if (at === undefined || !(at >= 0 && at < 253_402_300_800_000)) return null;
  return new Date(at).toISOString();
}
