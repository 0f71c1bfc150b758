import { RequestTally } from '../../attribution/request-tally.ts';
import type { NamedWriter } from '../../attribution/name-writers.ts';
import type { KeyWrites } from '../../attribution/share-writes.ts';
import type { Request } from '../../model/request.ts';
import type { Millis, Revision } from '../../model/write.ts';
import type { Confidence } from '../../model/writer.ts';
import type { Digest } from '../../model/object.ts';
import { createRequestCandidates, writerIn } from './request-candidates.ts';

/** A committed change that waits for the request that made it. */
export interface WaitingWrite {
  readonly key: string;
  readonly uid: string;
  readonly revision: Revision;
  /** The revision of the key before it; 0 where it was created. */
  readonly previous: Revision;
  readonly deleted: boolean;
  readonly at: Millis;
  /** Of what was stored; asked only where several requests come into question. */
  readonly digest: () => Digest | undefined;
}

/** What one user wrote of one key, so far as requests tell. */
export interface UserWrites extends KeyWrites {
  readonly key: string;
  readonly user: string;
  /** Of them, those that no other request could have made. */
  readonly certain: number;
}

/** Lays admission requests beside committed writes: the webhook is called inside the compare-and-swap, so the winner carries the key's previous revision. */
export interface RequestJoin {
  /** Whether any request came within the window; without any, nothing waits. */
  readonly active: boolean;
  /** Their times are by the clock that writes are told by. */
  offer(requests: readonly Request[]): void;
  wrote(write: WaitingWrite): void;
  /** Decides for writes whose time has come. */
  settle(now: Millis): void;
  /** undefined where nobody is known, `waiting` where it may yet be. */
  writerOf(revision: Revision): NamedWriter | undefined | 'waiting';
  users(): UserWrites[];
  readonly requests: RequestTally;
  turn(): void;
}

/** Requests come in batches of at most a second; what two racing calls did is known once both are here. */
const settleAfter = 2_000;
const giveUpAfter = 5_000;
const mostRequests = 50_000;
const mostWaiting = 50_000;
const mostNamed = 100_000;
const mostPairs = 100_000;

export function createRequestJoin(): RequestJoin {
  /** By `basedOn` for updates and deletes, by the uid for what is created. */
  const candidates = createRequestCandidates(mostRequests);
  let waiting: WaitingWrite[] = [];
  const undecided = new Set<Revision>();
  const named = new Map<Revision, NamedWriter>();
  const halves = { older: new Map<string, Mutable>(), current: new Map<string, Mutable>() };
  let requests = new RequestTally();
  let lastOffer = false;
  let offered = false;

  const settleOne = (write: WaitingWrite): boolean => {
    const id = write.previous === 0 ? write.uid : String(write.previous);
    const { requests: asked, complete } = candidates.of(id, write.at);
    const rivals = asked.filter(
      ({ uid, verb }) => (uid === undefined || uid === write.uid) && (write.previous === 0) === (verb === 'create'),
    );
    const match = choose(rivals, candidates.of(String(write.revision), write.at).requests, write);
    if (!match) return false;
    candidates.delete(id);
    const { request } = match;
    const confidence = complete ? match.confidence : 'medium';
    const { user = '', fieldManager } = request;
    named.set(write.revision, {
      writer: { name: user, kind: 'user', confidence },
      ...(fieldManager !== undefined && { manager: fieldManager }),
    });
    trim(named, mostNamed);
    requests.add({ ...request, outcome: 'succeeded', became: write.revision });
    count(halves.current, write, user, confidence);
    return true;
  };

  return {
    get active() {
      return offered || lastOffer;
    },
    get requests() {
      return requests;
    },
    offer(more) {
      for (const request of more) {
        if (request.dryRun) continue;
        offered = true;
        if (request.outcome === 'rejected') {
          requests.add(request);
          continue;
        }
        const id =
          request.verb === 'create' ? request.uid : request.basedOn === undefined ? undefined : String(request.basedOn);
        if (id !== undefined) candidates.add(id, request);
      }
    },
    wrote(write) {
      if (!(offered || lastOffer)) return;
      if (waiting.length >= mostWaiting) return;
      waiting.push(write);
      undecided.add(write.revision);
    },
    settle(now) {
      waiting = waiting.filter((write) => {
        const age = now - write.at;
        if (age < settleAfter) return true;
        if (!settleOne(write) && age < giveUpAfter) return true;
        undecided.delete(write.revision);
        return false;
      });
      candidates.forgetBefore(now - giveUpAfter);
    },
    writerOf: (revision) => named.get(revision) ?? (undecided.has(revision) ? 'waiting' : undefined),
    users() {
      const sums = new Map<string, Mutable>();
      for (const half of [halves.older, halves.current])
        for (const [id, more] of half) {
          const sum = sums.get(id);
          if (!sum) sums.set(id, { ...more });
          else {
            sum.writes += more.writes;
            sum.creates += more.creates;
            sum.deletes += more.deletes;
            sum.certain += more.certain;
          }
        }
      return [...sums.values()];
    },
    turn() {
      halves.older = halves.current;
      halves.current = new Map();
      requests = new RequestTally();
      lastOffer = offered;
      offered = false;
    },
  };
}

type Mutable = { -readonly [K in keyof UserWrites]: UserWrites[K] };

function count(into: Map<string, Mutable>, write: WaitingWrite, user: string, confidence: Confidence): void {
  const id = `${user}\n${write.key}`;
  let sum = into.get(id);
  if (!sum) {
    if (into.size >= mostPairs) return;
    into.set(id, (sum = { key: write.key, user, writes: 0, creates: 0, deletes: 0, certain: 0 }));
  }
  sum.writes++;
  if (write.previous === 0) sum.creates++;
  if (write.deleted) sum.deletes++;
  if (confidence === 'high') sum.certain++;
}

/**
 * Alone: high. Among several the one whose metadata is what was stored: high; one with other metadata it was not. Where
 * that leaves more than one, who asks again on top of this revision has lost it: medium. Else the last that came: medium,
 * though it may be any of them.
 */
function choose(
  all: readonly Request[],
  again: readonly Request[],
  write: WaitingWrite,
): { readonly request: Request; readonly confidence: Confidence } | undefined {
  const [only] = all;
  if (!only || isOneWriter(all)) return only && { request: only, confidence: 'high' };
  const stored = write.digest();
  const rivals = all.filter(
    ({ metadataDigest }) => metadataDigest === undefined || stored === undefined || metadataDigest === stored,
  );
  const [left] = rivals;
  if (left && isOneWriter(rivals)) return { request: left, confidence: 'high' };
  const losers = new Set(again.map(writerIn));
  const winners = rivals.filter((request) => !losers.has(writerIn(request)));
  const request = (isOneWriter(winners) ? winners[0] : undefined) ?? (rivals.at(-1) ?? all.at(-1))!;
  return { request, confidence: 'medium' };
}

function isOneWriter(requests: readonly Request[]): boolean {
  const [first] = requests;
  return first !== undefined && requests.every((request) => writerIn(request) === writerIn(first));
}

/** Drops the oldest. */
function trim<Key, Value>(map: Map<Key, Value>, most: number): void {
  for (const key of map.keys()) {
    if (map.size <= most) return;
    map.delete(key);
  }
}
