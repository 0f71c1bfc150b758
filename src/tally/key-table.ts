import type { KeyId } from '../model/write.ts';
import { byteTableOver, bytesIn, emptyByteTable, hashOf, type ByteTableColumns } from './byte-table.ts';
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
  /** As `find` and `intern`, for the keys of another table with the same seed. */
  finderFor(other: KeyTableColumns): (id: KeyId) => KeyId | undefined;
  internAll(other: KeyTableColumns): Uint32Array;
  /** A copy of the key's bytes. */
  bytesOf(id: KeyId): Uint8Array;
  /** The number of a key's directory, and its bytes: all before the key's last slash. */
  directoryOf(id: KeyId): number;
  directoryBytes(directory: number): Uint8Array;
  /** A hash of the key that depends on its bytes and this seed only. */
  hashOf(id: KeyId, seed: number): number;
  columns(): KeyTableColumns;
}

/**
 * Keys as numbers. The seed makes collisions of their hashes unpredictable, since tenants choose names.
 */
export function createKeyTable(seed: number, outlook?: Outlook): KeyTable {
  return tableOver({ seed, directories: emptyByteTable(), names: emptyByteTable() }, outlook);
}

/** A table over columns that another thread filled. */
export function tableOver(columns: KeyTableColumns, outlook: Outlook = () => 1.5): KeyTable {
  const { seed } = columns;
  const directories = byteTableOver(columns.directories, outlook);
  const names = byteTableOver(columns.names, outlook);

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
    finderFor(other) {
      const { entries, arena } = other.names;
      const ours = numbersOf(other.directories, (bytes, hash) => directories.find(0, bytes, 0, bytes.length, hash));
      return (id) => {
        const entry = id * 3;
        const directory = ours[entries[entry + 1]!];
        return directory === undefined
          ? undefined
          : names.find(directory, arena, entry === 0 ? 0 : entries[entry - 1]!, entries[entry + 2]!, entries[entry]!);
      };
    },
    internAll(other) {
      const { count, entries, arena } = other.names;
      const ours = numbersOf(other.directories, (bytes, hash) => directories.intern(0, bytes, 0, bytes.length, hash));
      const ids = new Uint32Array(count);
      for (let id = 0, entry = 0, start = 0; id < count; id++, entry += 3) {
        const end = entries[entry + 2]!;
        ids[id] = names.intern(ours[entries[entry + 1]!]!, arena, start, end, entries[entry]!);
        start = end;
      }
      return ids;
    },
    bytesOf(id) {
      const directory = directories.bytesAt(names.underAt(id));
      const name = names.bytesAt(id);
      const bytes = new Uint8Array(directory.length + name.length);
      bytes.set(directory);
      bytes.set(name, directory.length);
      return bytes;
    },
    directoryOf: (id) => names.underAt(id),
    directoryBytes: (directory) => directories.bytesAt(directory),
    hashOf: (id, of) => names.rehash(id, directories.rehash(names.underAt(id), of)),
    columns: () => ({ seed, directories: directories.columns(), names: names.columns() }),
  };
}

/** All memory of a table that can be moved to another thread instead of being copied. */
export function buffersOfTable({ directories, names }: KeyTableColumns): ArrayBuffer[] {
  return [directories, names].flatMap(({ entries, arena }) => [entries.buffer, arena.buffer]);
}

/** A table of its own over the same keys, which may get others. */
export function copyTable({ seed, directories, names }: KeyTableColumns): KeyTableColumns {
  const [first, second] = [directories, names].map(({ count, entries, arena }) => ({
    ...{ count, entries: entries.slice(0, count * 3) },
    arena: arena.slice(0, count === 0 ? 0 : entries[count * 3 - 1]),
  }));
  return { seed, directories: first!, names: second! };
}

/** What `numberOf` says of each entry of a table, by the entry's bytes and hash. */
function numbersOf<T>(columns: ByteTableColumns, numberOf: (bytes: Uint8Array, hash: number) => T): T[] {
  return Array.from({ length: columns.count }, (_, id) => numberOf(bytesIn(columns, id), columns.entries[id * 3]!));
}

const slash = 0x2f;

/** Where the last slash of a key lies; its start where there is none. */
function lastSlash(bytes: Uint8Array, start: number, end: number): number {
  for (let i = end - 1; i > start; i--) if (bytes[i] === slash) return i;
  return start;
}
