import type { DecodedObject, Digest, ManagedFields } from '../model/object.ts';
import { digestOf } from '../objects/digests.ts';
import { actorOf, writerOf } from './actor.ts';
import type { OwnershipHistory } from './changes.ts';
import { ownedPaths } from './field-ownership.ts';
import { WriterTally } from './writer-tally.ts';

/** Ownerships a key is remembered by when looking for repeats. */
const remembered = 8;
/** Fields named at most: an object changes hands as a whole or in a few places. */
const pathsKept = 64;

/** Follows who owns the fields of a key over revisions that change nothing else. */
export class OwnershipTrail {
  #recent: Digest[] = [];
  #moves = 0;
  #returns = 0;
  readonly #writers = new WriterTally();
  readonly #paths = new Map<string, number>();

  /** Two revisions of equal content. */
  step(before: DecodedObject, after: DecodedObject): void {
    const [was, is] = [ownershipOf(before), ownershipOf(after)];
    if (was === is) return;
    this.#moves++;
    if (this.#recent.at(-1) !== was) this.#remember(was);
    if (this.#recent.includes(is)) this.#returns++;
    this.#remember(is);
    const gains = missingIn(before.managedFields, after.managedFields);
    const losses = missingIn(after.managedFields, before.managedFields);
    // An apply that no longer names a field leaves it to the others; an entry that is left without fields goes.
    const moved = gains.length > 0 ? gains : losses;
    const paths = new Set(moved.flatMap((entry) => entry.paths));
    for (const path of paths)
      if (this.#paths.has(path) || this.#paths.size < pathsKept)
        this.#paths.set(path, (this.#paths.get(path) ?? 0) + 1);
    const writer = actorOf(before, after, []) ?? (moved[0] && writerOf(moved[0].entry));
    if (writer) this.#writers.add(writer);
  }

  /** Another object takes the name. */
  forget(): void {
    this.#recent = [];
  }

  history(): OwnershipHistory {
    return {
      moves: this.#moves,
      returns: this.#returns,
      writers: this.#writers.shares(),
      paths: [...this.#paths].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([path]) => path),
    };
  }

  #remember(ownership: Digest): void {
    this.#recent.push(ownership);
    if (this.#recent.length > remembered) this.#recent.shift();
  }
}

/** Who owns what, without the times and the order they bring: an API server writes nothing for those alone. */
function ownershipOf({ managedFields }: DecodedObject): Digest {
  return digestOf(Object.fromEntries(managedFields.map((entry) => [idOf(entry), entry.fields ?? null])));
}

const idOf = ({ manager, operation, subresource = '' }: ManagedFields): string =>
  [manager, operation, subresource].join('\0');

/** Entries of `after` with what they own there and not in `before`. */
function missingIn(
  before: readonly ManagedFields[],
  after: readonly ManagedFields[],
): { entry: ManagedFields; paths: readonly string[] }[] {
  const owned = new Map(before.map((entry) => [idOf(entry), new Set(ownedPaths(entry.fields ?? {}))]));
  return after.flatMap((entry) => {
    const paths = ownedPaths(entry.fields ?? {}).filter((path) => !owned.get(idOf(entry))?.has(path));
    return paths.length === 0 ? [] : { entry, paths };
  });
}
