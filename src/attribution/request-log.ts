import type { Request } from '../model/request.ts';
import type { KeyId, Millis, Revision } from '../model/write.ts';
import { isCreation, isRemoval } from './request-tally.ts';

/** A request that may have made one of a key's revisions. */
export interface Candidate {
  readonly user: string;
  /** The field manager the API server notes: as asked for, else the first word of the user agent. */
  readonly manager: string;
  readonly kind: 'create' | 'delete' | 'change';
  /** undefined for the object itself. */
  readonly subresource: string | undefined;
  readonly at: Millis;
  readonly answeredAt: Millis;
  readonly basedOn: Revision | undefined;
  readonly became: Revision | undefined;
}

/** The requests of one key that succeeded, in the order in which they were answered. */
export interface KeyRequests {
  readonly key: KeyId;
  readonly requests: readonly Candidate[];
}

const kinds = ['change', 'create', 'delete'] as const;

/** Names as numbers. */
function createNames() {
  const names: string[] = [];
  const ids = new Map<string, number>();
  return {
    names,
    idOf(name: string): number {
      let id = ids.get(name);
      if (id === undefined) ids.set(name, (id = names.push(name) - 1));
      return id;
    },
  };
}

/** Requests that succeeded, in columns, to be laid beside the revisions of their keys. */
export function createRequestLog(limit: number) {
  const strings = createNames();
  let size = 1 << 12;
  let count = 0;
  let dropped = 0;
  let sorted: Uint32Array | undefined;
  let numbers = new Float64Array(size * 4);
  let words = new Uint32Array(size * 5);

  return {
    /** How many there was no room for. */
    dropped: (): number => dropped,
    count: (): number => count,

    /** Forgets what was added after there were so many. */
    truncate(to: number): void {
      count = to;
      sorted = undefined;
    },

    add(key: KeyId, request: Request): void {
      sorted = undefined;
      if (count >= limit) return void dropped++;
      if (count >= size) {
        size = Math.min(limit, size * 2);
        const [moreNumbers, moreWords] = [new Float64Array(size * 4), new Uint32Array(size * 5)];
        moreNumbers.set(numbers);
        moreWords.set(words);
        [numbers, words] = [moreNumbers, moreWords];
      }
      const kind = kinds.indexOf(kindOf(request));
      numbers.set([request.at, request.answeredAt, request.basedOn ?? -1, request.became ?? -1], count * 4);
      words.set(
        [
          ...[key, kind, strings.idOf(request.user ?? '')],
          ...[strings.idOf(managerOf(request)), strings.idOf(request.subresource ?? '')],
        ],
        count * 5,
      );
      count++;
    },

    /** By key, in no order of keys. */
    *byKey(): Generator<KeyRequests> {
      const rows = (sorted ??= Uint32Array.from({ length: count }, (_, row) => row).sort(
        (a, b) => words[a * 5]! - words[b * 5]! || numbers[a * 4 + 1]! - numbers[b * 4 + 1]! || a - b,
      ));
      for (let start = 0; start < count;) {
        const key = words[rows[start]! * 5]!;
        let end = start;
        while (end < count && words[rows[end]! * 5] === key) end++;
        yield { key, requests: Array.from(rows.subarray(start, end), candidateAt) };
        start = end;
      }
    },
  };

  function candidateAt(row: number): Candidate {
    const [, kind, user, manager, subresource] = words.subarray(row * 5, row * 5 + 5);
    const [at, answeredAt, basedOn, became] = numbers.subarray(row * 4, row * 4 + 4);
    return {
      user: strings.names[user!]!,
      manager: strings.names[manager!]!,
      kind: kinds[kind!]!,
      subresource: strings.names[subresource!] || undefined,
      at: at!,
      answeredAt: answeredAt!,
      basedOn: basedOn === -1 ? undefined : basedOn,
      became: became === -1 ? undefined : became,
    };
  }
}

export function candidateOf(request: Request): Candidate {
  const { at, answeredAt, basedOn, became, subresource, user = '' } = request;
  return { user, manager: managerOf(request), kind: kindOf(request), subresource, at, answeredAt, basedOn, became };
}

function kindOf(request: Request): Candidate['kind'] {
  return isCreation(request) ? 'create' : isRemoval(request) ? 'delete' : 'change';
}

/** As the API server names a client that names none (apiserver's prefixFromUserAgent: up to the first slash, 128 characters at most). */
export function managerOf({ fieldManager, userAgent = '' }: Pick<Request, 'fieldManager' | 'userAgent'>): string {
  return fieldManager ?? (userAgent.split('/')[0] ?? '').slice(0, 128);
}
