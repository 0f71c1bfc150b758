import type { DecodedObject, ManagedFields } from '../model/object.ts';

/** Who an API server noted as having made a revision. */
export interface Stamp {
  readonly manager: string;
  readonly subresource: string | undefined;
}

/**
 * The field managers whose entries moved from one revision to the next: the one that made it, and at its creation the only
 * one there is. Empty where the write left no trace: a removal, a deletion, a binding.
 */
export function stampsOf(before: DecodedObject | undefined, after: DecodedObject): Stamp[] {
  const old = before?.uid === after.uid ? (before?.managedFields ?? []) : [];
  const moved = after.managedFields.filter(
    (entry) => !old.some((other) => isSame(other, entry) && other.at === entry.at),
  );
  const entries = moved.length > 0 ? moved : after.managedFields.filter((entry) => hasGrown(old, entry));
  return entries.map(({ manager, subresource }) => ({ manager, subresource }));
}

function isSame(a: ManagedFields, b: ManagedFields): boolean {
  return a.manager === b.manager && a.operation === b.operation && a.subresource === b.subresource;
}

/** Within one second the time does not show who took a field, but the fields do. */
function hasGrown(old: readonly ManagedFields[], entry: ManagedFields): boolean {
  const earlier = old.find((other) => isSame(other, entry));
  const size = (fields: ManagedFields['fields']): number => JSON.stringify(fields ?? {}).length;
  return earlier !== undefined && size(entry.fields) > size(earlier.fields);
}
