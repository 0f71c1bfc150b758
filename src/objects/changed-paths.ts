import type { Json, JsonObject } from '../model/json.ts';
import type { FieldChange } from '../model/object.ts';
import { maxDepth } from './depth.ts';
import { bookkeeping, digestOf } from './digests.ts';
import { isObject } from './json-text.ts';
import { itemNames, type Names } from './list-items.ts';
import { isTimestamp, mayBeTimestamp, zoneUnder, type Zone } from './timestamps.ts';

/**
 * What differs between two revisions of an object, leaf by leaf and list items by key
 * (`/spec/template/spec/containers/name=web/image`), without the bookkeeping in metadata. Items that no field tells apart
 * are numbered (`/#0`), strings of a set named (`/=value`); a list whose items only changed places is one change, `reordered`.
 */
export function changedPaths(before: JsonObject, after: JsonObject): FieldChange[] {
  const changes: FieldChange[] = [];
  compareObjects(before, after, [], changes);
  return changes;
}

function isItem(segment: string): boolean {
  return segment.startsWith('#') || segment.startsWith('=') || /^[A-Za-z]+=/.test(segment);
}

/** The one place where changes are made: it alone sees of each the whole way down to it. */
function push(changes: FieldChange[], trail: readonly string[], before: Side, after: Side): void {
  const value = after ?? before;
  const timestamp = value !== undefined && isTimestampAt(trail, value);
  changes.push({ path: pointer(trail), before, after, ...(timestamp && { timestamp }) });
}

/** As `digests` takes it, which leaves moments out of h2. */
function isTimestampAt(trail: readonly string[], value: Json): boolean {
  if (!mayBeTimestamp(value)) return false;
  let zone: Zone = 'named';
  let name = '';
  let parent = '';
  trail.forEach((segment, depth) => {
    zone = zoneUnder(zone, segment, depth);
    if (isItem(segment)) return;
    parent = name;
    name = segment;
  });
  return isTimestamp(zone, name, parent, value);
}

/** undefined: the field is absent. */
type Side = Json | undefined;

function compare(before: Side, after: Side, trail: string[], changes: FieldChange[]): void {
  if (before === after) return;
  if (trail.length < maxDepth) {
    const oneAbsent = before === undefined || after === undefined;
    const filled = before ?? after;
    if (isObject(before) && isObject(after)) return compareObjects(before, after, trail, changes);
    if (isList(before) && isList(after)) return compareLists(before, after, trail, changes);
    if (oneAbsent && isObject(filled) && Object.keys(filled).length > 0)
      return compareObjects(before === undefined ? {} : filled, after === undefined ? {} : filled, trail, changes);
    if (oneAbsent && isList(filled) && filled.length > 0)
      return compareLists(before === undefined ? [] : filled, after === undefined ? [] : filled, trail, changes);
  } else if (before !== undefined && after !== undefined && digestOf(before) === digestOf(after)) return;
  push(changes, trail, before, after);
}

function compareObjects(before: JsonObject, after: JsonObject, trail: string[], changes: FieldChange[]): void {
  const skipBookkeeping = trail.length === 1 && trail[0] === 'metadata';
  const compareField = (key: string): void => {
    if (skipBookkeeping && bookkeeping.has(key)) return;
    trail.push(key);
    compare(own(before, key), own(after, key), trail, changes);
    trail.pop();
  };
  for (const key in before) compareField(key);
  for (const key in after) if (!Object.hasOwn(before, key)) compareField(key);
}

function compareLists(before: readonly Json[], after: readonly Json[], trail: string[], changes: FieldChange[]): void {
  if (isSame(before, after)) return;
  const known = changes.length;
  const names = itemNames(trail.findLast((name) => !isItem(name)) ?? '', before, after);
  if (names && isSameOrder(names)) {
    // As nearly always.
    names.before.forEach((name, i) => compareItem(name, before[i], after[i], trail, changes));
    return;
  }
  if (names) compareByName(before, after, names, trail, changes);
  else if (isSamePlaces(before, after)) return;
  else if (!isPermutation(before, after)) return compareByPlace(before, after, trail, changes);
  if (changes.length === known) changes.push({ path: pointer(trail), before, after, reordered: true });
}

/** Equal in every part, and told so without naming any; false beyond any real depth, where digests tell. */
function isSame(before: Side, after: Side, depth = 0): boolean {
  if (before === after) return true;
  if (depth > maxDepth || before === undefined || after === undefined) return false;
  if (isList(before))
    return (
      isList(after) && before.length === after.length && before.every((item, i) => isSame(item, after[i], depth + 1))
    );
  if (!isObject(before) || !isObject(after)) return false;
  let fields = 0;
  for (const key in before) {
    if (!isSame(before[key], own(after, key), depth + 1)) return false;
    fields++;
  }
  for (const _ in after) fields--;
  return fields === 0;
}

function compareByName(
  before: readonly Json[],
  after: readonly Json[],
  names: Names,
  trail: string[],
  changes: FieldChange[],
): void {
  const now = new Map(names.after.map((name, i) => [name, after[i]!]));
  const then = new Map(names.before.map((name, i) => [name, before[i]!]));
  for (const name of names.before) compareItem(name, then.get(name), now.get(name), trail, changes);
  for (const name of names.after) if (!then.has(name)) compareItem(name, undefined, now.get(name), trail, changes);
}

/** An item that came or went is one change, however much it holds. */
function compareItem(name: string, before: Side, after: Side, trail: string[], changes: FieldChange[]): void {
  trail.push(name);
  if (before === undefined || after === undefined) push(changes, trail, before, after);
  else compare(before, after, trail, changes);
  trail.pop();
}

function isSameOrder({ before, after }: Names): boolean {
  return before.length === after.length && before.every((name, i) => name === after[i]);
}

function compareByPlace(
  before: readonly Json[],
  after: readonly Json[],
  trail: string[],
  changes: FieldChange[],
): void {
  if (before.length !== after.length && isSetOfStrings(before) && isSetOfStrings(after)) {
    for (const value of before) if (!after.includes(value)) push(changes, [...trail, `=${value}`], value, undefined);
    for (const value of after) if (!before.includes(value)) push(changes, [...trail, `=${value}`], undefined, value);
    return;
  }
  for (let i = 0; i < Math.max(before.length, after.length); i++)
    compareItem(`#${i}`, before[i], after[i], trail, changes);
}

function isSamePlaces(before: readonly Json[], after: readonly Json[]): boolean {
  return (
    before.length === after.length &&
    before.every((item, i) => item === after[i] || digestOf(item) === digestOf(after[i]!))
  );
}

function isPermutation(before: readonly Json[], after: readonly Json[]): boolean {
  if (before.length !== after.length) return false;
  const sorted = after.map(digestOf).toSorted((x, y) => x - y);
  return before
    .map(digestOf)
    .toSorted((x, y) => x - y)
    .every((digest, i) => digest === sorted[i]);
}

/** Short enough to name the items by their value. */
function isSetOfStrings(list: readonly Json[]): list is readonly string[] {
  return list.every((item) => typeof item === 'string' && item.length <= 80) && new Set(list).size === list.length;
}

/** RFC 6901. */
function pointer(trail: readonly string[]): string {
  let path = '';
  for (const name of trail) path += `/${/[~/]/.test(name) ? name.replaceAll('~', '~0').replaceAll('/', '~1') : name}`;
  return path;
}

function own(object: JsonObject, key: string): Side {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function isList(value: Side): value is readonly Json[] {
  return Array.isArray(value);
}
