import type { KeyId, Revision } from '../../model/write.ts';
import { grown } from '../../tally/column.ts';
import { createKeyTable, type KeyTable } from '../../tally/key-table.ts';

/** What is alive, by key, with its newest revision: what a list is compared with, and what a write was based on. */
export interface KnownObjects {
  readonly count: number;
  /** The newest revision of a key; 0 where it is not alive. */
  revisionOf(key: Uint8Array): Revision;
  set(key: Uint8Array, resource: number, revision: Revision): void;
  remove(key: Uint8Array): void;
  /** From here on, what is set belongs to the new list of this resource. */
  beginList(resource: number): void;
  /** What was alive before the list began and is not in it: removed here, and handed out. */
  endList(resource: number, onMissing: (key: Uint8Array) => void): void;
  /** The resource is served no more. */
  forget(resource: number): void;
}

/** Dead keys are cleared away once they are more than the living and worth it. */
const worthClearing = 10_000;

/** Some 90 bytes an object. */
export function createKnownObjects(seed: number): KnownObjects {
  let keys = createKeyTable(seed);
  let revisions = new Float64Array(1 << 12);
  let resources = new Uint16Array(1 << 12);
  /** The list in which a key was last met. */
  let rounds = new Uint16Array(1 << 12);
  const roundOf = new Map<number, number>();
  let alive = 0;

  const ensure = (id: KeyId): void => {
    if (id < revisions.length) return;
    const room = Math.ceil((id + 1) * 1.5);
    revisions = grown(revisions, room);
    resources = grown(resources, room);
    rounds = grown(rounds, room);
  };
  const drop = (id: KeyId): void => {
    if (revisions[id] === 0) return;
    revisions[id] = 0;
    alive--;
  };
  const clear = (): void => {
    if (keys.count - alive < worthClearing || keys.count < alive * 2) return;
    const fresh: KeyTable = createKeyTable(seed);
    const old = { keys, revisions, resources, rounds };
    revisions = new Float64Array(Math.max(1 << 12, Math.ceil(alive * 1.5)));
    resources = new Uint16Array(revisions.length);
    rounds = new Uint16Array(revisions.length);
    for (let id = 0; id < old.keys.count; id++) {
      if (old.revisions[id] === 0) continue;
      const key = old.keys.bytesOf(id);
      const at = fresh.intern(key, 0, key.length);
      revisions[at] = old.revisions[id]!;
      resources[at] = old.resources[id]!;
      rounds[at] = old.rounds[id]!;
    }
    keys = fresh;
  };
  const find = (key: Uint8Array): KeyId | undefined => keys.find(key, 0, key.length);
  const each = (resource: number, visit: (id: KeyId) => void): void => {
    for (let id = 0; id < keys.count; id++) if (resources[id] === resource && revisions[id] !== 0) visit(id);
  };

  return {
    get count() {
      return alive;
    },
    revisionOf(key) {
      const id = find(key);
      return id === undefined ? 0 : revisions[id]!;
    },
    set(key, resource, revision) {
      const id = keys.intern(key, 0, key.length);
      ensure(id);
      if (revisions[id] === 0) alive++;
      revisions[id] = revision;
      resources[id] = resource;
      rounds[id] = roundOf.get(resource) ?? 0;
    },
    remove(key) {
      const id = find(key);
      if (id !== undefined) drop(id);
      clear();
    },
    beginList: (resource) => void roundOf.set(resource, ((roundOf.get(resource) ?? 0) + 1) % 0x10000),
    endList(resource, onMissing) {
      const round = roundOf.get(resource) ?? 0;
      each(resource, (id) => {
        if (rounds[id] === round) return;
        onMissing(keys.bytesOf(id).slice());
        drop(id);
      });
      clear();
    },
    forget(resource) {
      each(resource, drop);
      clear();
    },
  };
}
