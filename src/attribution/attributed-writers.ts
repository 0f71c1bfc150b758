import type { KeyCount, WriterCount } from '../model/counts.ts';
import type { KeyWrites } from './share-writes.ts';

interface UserSum {
  writes: number;
  creates: number;
  deletes: number;
  bytes: number;
  error: number;
  certain: number;
  readonly resources: Map<string, number>;
}

/** Of writes of one key by one user, how many are known from the request itself, and how many may be another's. */
export interface Trust {
  readonly certain: number;
  readonly doubt: number;
}

/** From this share on of what a user wrote, the whole is as sure as that. */
const mostly = 0.9;

/** Moves writes from the field managers they were counted to, to the users whose requests made them. */
export class AttributedWriters {
  readonly #users = new Map<string, UserSum>();
  /** By field manager: what is no longer counted to it. */
  readonly #moved = new Map<string, number>();
  /** By prefix. */
  readonly writes = new Map<string, number>();
  total = 0;

  move(count: KeyCount, user: string, by: KeyWrites, { certain, doubt }: Trust): void {
    if (by.writes === 0) return;
    let sum = this.#users.get(user);
    if (!sum) {
      sum = { writes: 0, creates: 0, deletes: 0, bytes: 0, error: 0, certain: 0, resources: new Map() };
      this.#users.set(user, sum);
    }
    sum.writes += by.writes;
    sum.creates += by.creates;
    sum.deletes += by.deletes;
    sum.bytes += Math.round((count.bytes * by.writes) / Math.max(1, count.writes));
    sum.error += doubt;
    sum.certain += certain;
    const resource = nameOf(count);
    sum.resources.set(resource, (sum.resources.get(resource) ?? 0) + by.writes);
    this.writes.set(count.prefix, (this.writes.get(count.prefix) ?? 0) + by.writes);
    this.total += by.writes;
    if (!count.writer) return;
    const { name } = count.writer;
    this.#moved.set(name, (this.#moved.get(name) ?? 0) + by.writes);
  }

  /** Users and what is left to field managers, most writes first. */
  counts(managers: readonly WriterCount[]): WriterCount[] {
    const users = [...this.#users].map(([name, { resources, certain, ...sum }]): WriterCount => ({
      writer: { name, kind: 'user', confidence: certain >= sum.writes * mostly ? 'high' : 'medium' },
      writes: sum.writes,
      creates: sum.creates,
      deletes: sum.deletes,
      bytes: sum.bytes,
      error: sum.error,
      resources: [...resources].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([resource]) => resource),
    }));
    const left = managers.flatMap((count): WriterCount[] => {
      const writes = count.writes - (this.#moved.get(count.writer.name) ?? 0);
      if (writes <= 0) return [];
      const share = writes / count.writes;
      return [
        {
          ...count,
          writes,
          creates: Math.round(count.creates * share),
          deletes: Math.round(count.deletes * share),
          bytes: Math.round(count.bytes * share),
          error: Math.min(writes, count.error),
        },
      ];
    });
    return [...users, ...left].sort((a, b) => b.writes - a.writes || (a.writer.name < b.writer.name ? -1 : 1));
  }
}

function nameOf({ resource, prefix }: KeyCount): string {
  return resource ? [resource.resource, resource.group].filter(Boolean).join('.') : prefix;
}
