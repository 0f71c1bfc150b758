import type { Request } from '../../model/request.ts';
import type { Millis } from '../../model/write.ts';

/** Requests that may have made a write, by what they were based on. Most never do: they change nothing, or somebody else refuses them. */
export interface RequestCandidates {
  /** Requests at hand. */
  readonly size: number;
  add(id: string, request: Request): void;
  /** Those that can have made a write at that time, the last that came last; `complete` is false where some were dropped for want of room. */
  of(id: string, at: Millis): { readonly requests: readonly Request[]; readonly complete: boolean };
  delete(id: string): void;
  /** Those that can have made no write from then on. */
  forgetBefore(at: Millis): void;
}

/** Whoever asked longer before a write did not make it: an API server answers within a minute (--request-timeout). */
const answeredWithin = 60_000;
/** More than race for one version of an object. */
const mostOfOne = 32;

interface Rivals {
  readonly requests: Request[];
  newest: Millis;
  /** The newest that was dropped. */
  droppedAt: Millis;
}

export function createRequestCandidates(most: number): RequestCandidates {
  /** The one last added to comes last. */
  const all = new Map<string, Rivals>();
  let size = 0;
  /** The newest of those that were dropped with all their rivals. */
  let droppedAt: Millis = -Infinity;

  const forget = (id: string, { requests }: Rivals): void => {
    all.delete(id);
    size -= requests.length;
  };

  return {
    get size() {
      return size;
    },
    add(id, request) {
      const rivals = all.get(id) ?? { requests: [], newest: -Infinity, droppedAt: -Infinity };
      all.delete(id);
      all.set(id, rivals);
      const { requests } = rivals;
      // A loop that asks for the same again and again is one candidate.
      const same = requests.findIndex((each) => isSame(each, request));
      if (same >= 0) requests.splice(same, 1);
      else size++;
      requests.push(request);
      rivals.newest = Math.max(rivals.newest, request.at);
      if (requests.length > mostOfOne) {
        rivals.droppedAt = Math.max(rivals.droppedAt, requests.shift()!.at);
        size--;
      }
      for (const [oldest, left] of all) {
        if (size <= most) return;
        forget(oldest, left);
        droppedAt = Math.max(droppedAt, left.newest);
      }
    },
    of(id, at) {
      const since = at - answeredWithin;
      const rivals = all.get(id);
      return {
        requests: rivals?.requests.filter((request) => request.at >= since) ?? [],
        complete: Math.max(droppedAt, rivals?.droppedAt ?? -Infinity) < since,
      };
    },
    delete(id) {
      const rivals = all.get(id);
      if (rivals) forget(id, rivals);
    },
    forgetBefore(at) {
      for (const [id, rivals] of all) {
        if (rivals.newest >= at - answeredWithin) return;
        forget(id, rivals);
      }
    },
  };
}

export const writerIn = ({ user, fieldManager, subresource }: Request): string =>
  `${user}\n${fieldManager}\n${subresource}`;

function isSame(one: Request, other: Request): boolean {
  return (
    one.metadataDigest === other.metadataDigest &&
    one.uid === other.uid &&
    one.verb === other.verb &&
    writerIn(one) === writerIn(other)
  );
}
