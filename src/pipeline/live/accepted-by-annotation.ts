import type { Changes } from '../../history/changes.ts';
import type { AcceptEntry } from '../../model/accept.ts';
import { parseKey } from '../../objects/keys.ts';

/** Set on an object by whoever knows why it is written so often; without an end it counts for nothing. */
const acceptAnnotations = {
  reason: 'kubechurn.dev/accept',
  /** The last day, in UTC: `2027-01-31`. */
  expires: 'kubechurn.dev/accept-until',
} as const;

const day = /^\d{4}-\d{2}-\d{2}$/;

/** What objects say of themselves, as the accept list of triage would. */
export function acceptedByAnnotation(
  read: Iterable<{ readonly key: string; readonly changes: Changes }>,
): AcceptEntry[] {
  const entries = new Map<string, AcceptEntry>();
  for (const { key, changes } of read) {
    const { annotations = {} } = changes.last ?? {};
    const reason = annotations[acceptAnnotations.reason];
    const expires = annotations[acceptAnnotations.expires];
    const resource = parseKey(key).resource;
    if (!resource || reason === undefined || expires === undefined || !day.test(expires)) continue;
    entries.set(key, { ...resource, reason, expires });
  }
  return [...entries.values()];
}
