import type { KeyId } from '../model/write.ts';
import {
  byteTableOver,
  bytesIn,
  emptyByteTable,
  hashOf,
  startIn,
  underIn,
  type ByteTableColumns,
} from './byte-table.ts';
import type { Outlook } from './column.ts';

/** What a KeyTable keeps, ready to be moved to another thread. */
export interface KeyTableColumns {
  readonly seed: number;
  /** All before the last slash of a key: thousands of objects share theirs. */
  readonly directories: ByteTableColumns;
  /** The rest, under the number of the directory; the number of the rest is that of the key. */
  readonly names: ByteTableColumns;
}

export interface KeyTable {
  readonly count: number;
  /** The number of a key, the same for the same bytes; a new number where it was not met before. */
  intern(bytes: Uint8Array, start: number, end: number): KeyId;
  /** As `intern`, but undefined for a key never met. */
  find(bytes: Uint8Array, start: number, end: number): KeyId | undefined;
  /** As `find`, for the keys of another table, with their directories translated; undefined: there is none like it here. */
  finderFor(
    other: KeyTableColumns,
    translate?: (directory: Uint8Array) => Uint8Array | undefined,
  ): (id: KeyId) => KeyId | undefined;
  /** A copy of the key's bytes. */
  bytesOf(id: KeyId): Uint8Array;
  /** The order of two keys by their bytes. */
  compare(id: KeyId, other: KeyId): number;
  /** The number of a key's directory, and its bytes: all before the key's last slash. */
  directoryOf(id: KeyId): number;
  directoryBytes(directory: number): Uint8Array;
  /** A hash of the key that depends on its bytes and this seed only. */
  hashOf(id: KeyId, seed: number): number;
  columns(): KeyTableColumns;
}

/** Keys as numbers. The seed makes collisions of their hashes unpredictable, since tenants choose names. */
export function createKeyTable(seed: number, outlook?: Outlook): KeyTable {
  return tableOver({ seed, directories: emptyByteTable(), names: emptyByteTable() }, outlook);
}

/** A table over columns that another thread filled. */
export function tableOver(columns: KeyTableColumns, outlook: Outlook = () => 1.5): KeyTable {
  const { seed } = columns;
  const directories = byteTableOver(columns.directories, outlook);
  const names = byteTableOver(columns.names, outlook);

  const bytesOf = (id: KeyId): Uint8Array => {
    const directory = directories.bytesAt(names.underAt(id));
    const name = names.bytesAt(id);
    const bytes = new Uint8Array(directory.length + name.length);
    bytes.set(directory);
    bytes.set(name, directory.length);
    return bytes;
  };

  return {
    get count() {
      return names.count;
    },
    intern(bytes, start, end) {
      const cut = lastSlash(bytes, start, end);
      const hash = hashOf(bytes, start, cut, seed);
      const directory = directories.intern(0, bytes, start, cut, hash);
      return names.intern(directory, bytes, cut, end, hashOf(bytes, cut, end, hash));
    },
    find(bytes, start, end) {
      const cut = lastSlash(bytes, start, end);
      const hash = hashOf(bytes, start, cut, seed);
      const directory = directories.find(0, bytes, start, cut, hash);
      return directory === undefined
        ? undefined
        : names.find(directory, bytes, cut, end, hashOf(bytes, cut, end, hash));
    },
    finderFor(other, translate = (directory) => directory) {
      const { entries, arena } = other.names;
      const ours = Array.from({ length: other.directories.count }, (_, id) => {
        const bytes = translate(bytesIn(other.directories, id));
        if (bytes === undefined) return undefined;
        const hash = hashOf(bytes, 0, bytes.length, seed);
        const directory = directories.find(0, bytes, 0, bytes.length, hash);
        return directory === undefined ? undefined : { directory, hash };
      });
      return (id) => {
        const under = ours[underIn(entries, id)];
        if (under === undefined) return undefined;
        const [start, end] = [startIn(entries, id), startIn(entries, id + 1)];
        return names.find(under.directory, arena, start, end, hashOf(arena, start, end, under.hash));
      };
    },
    bytesOf,
    compare(id, other) {
      const [one, two] = [names.underAt(id), names.underAt(other)];
      const difference = one === two ? names.compare(id, other) : directories.compare(one, two);
      return difference || compareBytes(bytesOf(id), bytesOf(other));
    },
    directoryOf: (id) => names.underAt(id),
    directoryBytes: (directory) => directories.bytesAt(directory),
    hashOf: (id, of) => names.rehash(id, directories.rehash(names.underAt(id), of)),
    columns: () => ({ seed, directories: directories.columns(), names: names.columns() }),
  };
}

/** All memory of a table that can be moved to another thread instead of being copied. */
export function buffersOfTable({ directories, names }: KeyTableColumns): ArrayBuffer[] {
  return [directories, names].flatMap(({ entries, arena, slots }) => [entries.buffer, arena.buffer, slots.buffer]);
}

/** A table of its own over the same keys, which may get others. */
export function copyTable({ seed, directories, names }: KeyTableColumns): KeyTableColumns {
  return { seed, directories: copied(directories), names: copied(names) };
}

function copied({ count, entries, arena, slots }: ByteTableColumns): ByteTableColumns {
  const arenaEnd = startIn(entries, count);
  return { count, entries: entries.slice(0, count * 3), arena: arena.slice(0, arenaEnd), slots: slots.slice() };
}

export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

const slash = 0x2f;

/** Where the last slash of a key lies; its start where there is none. */
function lastSlash(bytes: Uint8Array, start: number, end: number): number {
  for (let i = end - 1; i > start; i--) if (bytes[i] === slash) return i;
  return start;
}
