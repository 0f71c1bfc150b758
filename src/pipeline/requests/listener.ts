import { ManagersUsers } from '../../attribution/name-writers.ts';
import { candidateOf, createRequestLog, managerOf, type Candidate } from '../../attribution/request-log.ts';
import { noKinship, verdictOn, type Kinship, type Verdict } from '../../attribution/same-cluster.ts';
import type { Request } from '../../model/request.ts';
import type { KeyId, Millis } from '../../model/write.ts';
import type { LogListener } from './read-logs.ts';
import type { StoreFacts } from './store.ts';

/** Requests whose object the log does not name, by prefix and namespace. */
export type Pool = Map<string, Candidate[]>;
export const poolOf = (prefix: string, namespace = ''): string => `${prefix}\n${namespace}`;

/** Everything kept of the audit logs to be laid beside the writes. */
export interface KeptRequests {
  readonly log: ReturnType<typeof createRequestLog>;
  /** Creations under generateName. */
  readonly unnamed: Pool;
  readonly collections: Pool;
  readonly managers: ManagersUsers;
  readonly verdicts: Map<string, Verdict>;
  /** Of the logs that were kept. */
  readonly covered: { from: Millis; to: Millis };
}

/** Some 72 bytes each. */
const mostRequests = 2_000_000;
const mostUnnamed = 200_000;
/** How far the clocks of the two may be apart. */
const margin = 3_600_000;

/** Keeps what may have made a retained revision, log by log; a log of another cluster leaves nothing behind. */
export function createJoinListener(store: StoreFacts): { kept: KeptRequests; listen: LogListener } {
  const kept: KeptRequests = {
    log: createRequestLog(mostRequests),
    unnamed: new Map(),
    collections: new Map(),
    managers: new ManagersUsers(),
    verdicts: new Map(),
    covered: { from: Infinity, to: -Infinity },
  };
  let unnamedCount = 0;

  const listen: LogListener = () => {
    const start = kept.log.count();
    const kinship = noKinship();
    const pools: (readonly [Pool, string, Candidate])[] = [];
    const named: (readonly [string, string, string])[] = [];
    const seen = new Set<string>();
    return {
      add(request) {
        if (request.outcome !== 'succeeded' || request.dryRun) return;
        const { key, at } = request;
        const prefix = store.prefixOf(key);
        const near = !store.window || (at >= store.window.from - margin && at <= store.window.to + margin);
        const id = prefix === undefined || key.name === '' ? undefined : store.find(key);
        compare(kinship, store, request, id);
        if (prefix === undefined || !near) return;
        note(request);
        if (key.name === '' && unnamedCount < mostUnnamed) {
          unnamedCount++;
          const pool = request.verb === 'deletecollection' ? kept.collections : kept.unnamed;
          pools.push([pool, poolOf(prefix, key.namespace), candidateOf(request)]);
        }
        if (id !== undefined) kept.log.add(id, request);
      },
      end({ name, from = Infinity, to = -Infinity }) {
        const verdict = verdictOn(kinship);
        kept.verdicts.set(name, verdict);
        if (verdict === 'other') return kept.log.truncate(start);
        kept.covered.from = Math.min(kept.covered.from, from);
        kept.covered.to = Math.max(kept.covered.to, to);
        for (const [resource, manager, user] of named) kept.managers.add(resource, manager, user);
        for (const [pool, place, candidate] of pools) {
          const list = pool.get(place);
          if (list) list.push(candidate);
          else pool.set(place, [candidate]);
        }
      },
    };

    function note(request: Request): void {
      const { key, user = '' } = request;
      const entry = [`${key.resource}.${key.group}`, managerOf(request), user] as const;
      const id = entry.join(' ');
      if (seen.has(id) || seen.size > 10_000) return;
      seen.add(id);
      named.push(entry);
    }
  };
  return { kept, listen };
}

/** Adds what one request tells of whether log and store are of one cluster. */
function compare(
  kinship: Kinship,
  { retained, window, revisionsOf, uidsOf }: StoreFacts,
  { at, verb, key, uid, basedOn, subresource }: Request,
  id: KeyId | undefined,
): void {
  const inTime = !window || (at >= window.from && at <= window.to);
  if (verb === 'create' && subresource === undefined && key.name !== '' && inTime) {
    if (id === undefined) kinship.missing++;
    else kinship.found++;
  }
  if (id === undefined) return;
  const uids = uid === undefined ? undefined : uidsOf(id);
  if (uid !== undefined && uids && uids.size > 0) {
    if (uids.has(uid)) kinship.uidHits++;
    else kinship.uidMisses++;
  }
  if (basedOn === undefined) return;
  const revisions = revisionsOf(id);
  if (!revisions) return;
  if (revisions.has(basedOn)) kinship.hits++;
  else if (basedOn >= retained.from && basedOn <= retained.to) kinship.misses++;
  else if (inTime && basedOn > retained.to) kinship.outOfRange++;
}
