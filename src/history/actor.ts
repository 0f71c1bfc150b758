import type { DecodedObject, ManagedFields } from '../model/object.ts';
import type { Writer } from '../model/writer.ts';
import { ownsField } from './field-ownership.ts';

/**
 * Which field manager made the change from one revision to the next. An API server lets exactly one act per revision:
 * it stamps the time of the entry that took fields, and hands it every field whose value changed. Within one second the
 * stamp does not show, so the fields that moved decide, then who owns what changed. A plain update that only removes
 * fields leaves no trace in managedFields at all (structured-merge-diff keeps no owner of what is gone): undefined.
 */
export function actorOf(before: DecodedObject, after: DecodedObject, paths: readonly string[]): Writer | undefined {
  const stamped = after.managedFields.filter(
    (entry) => !before.managedFields.some((old) => sameEntry(old, entry) && old.at === entry.at),
  );
  const entry =
    newestOwner(stamped, paths) ??
    newest(stamped) ??
    gainer(before, after, paths) ??
    newestOwner(after.managedFields, paths);
  return entry && writerOf(entry);
}

/** Who last set a field, as the revision itself says. */
export function ownerOf(object: DecodedObject, path: string): Writer | undefined {
  const entry = newestOwner(object.managedFields, [path]);
  return entry && writerOf(entry);
}

/** Who wrote the first revision of an object. */
export function makerOf({ managedFields }: DecodedObject): Writer | undefined {
  const entry = newest(managedFields.filter(({ subresource }) => subresource === undefined));
  return entry && writerOf(entry);
}

export function writerOf(entry: ManagedFields): Writer {
  return { name: entry.manager, kind: 'fieldManager', confidence: 'medium' };
}

const sameEntry = (a: ManagedFields, b: ManagedFields): boolean =>
  a.manager === b.manager && a.operation === b.operation && a.subresource === b.subresource;

const owns = (entry: ManagedFields, path: string): boolean =>
  entry.fields !== undefined && ownsField(entry.fields, path);

function gainer(before: DecodedObject, after: DecodedObject, paths: readonly string[]): ManagedFields | undefined {
  return after.managedFields.find((entry) =>
    paths.some(
      (path) => owns(entry, path) && !before.managedFields.some((old) => sameEntry(old, entry) && owns(old, path)),
    ),
  );
}

function newestOwner(entries: readonly ManagedFields[], paths: readonly string[]): ManagedFields | undefined {
  return newest(entries.filter((entry) => paths.some((path) => owns(entry, path))));
}

function newest(entries: readonly ManagedFields[]): ManagedFields | undefined {
  return entries.reduce<ManagedFields | undefined>(
    (best, entry) => (!best || (entry.at ?? 0) > (best.at ?? 0) ? entry : best),
    undefined,
  );
}
