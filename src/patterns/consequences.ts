import type { Causes } from '../causes/roll-up.ts';
import type { KeyCount } from '../model/counts.ts';
import type { Consequence } from '../model/finding.ts';
import type { World } from './observed.ts';
import type { Suspicion } from './suspicion.ts';

/** What the subject set off, by resource, each write once and none that is its own share. */
export function consequencesOf(
  { subject, accusation, own, object, group, carried = [] }: Suspicion,
  { counted, prefix }: World,
  causes: Causes,
): Consequence[] {
  const writes = new Map<string, number>();
  const add = (name: string, count: number): void => {
    writes.set(name, (writes.get(name) ?? 0) + count);
  };

  if (accusation.ref) {
    for (const share of causes.consequencesOf(accusation.ref))
      if (!accusation.own?.includes(share.prefix)) add(share.prefix, share.writes);
  }
  for (const share of carried) add(share.prefix, share.writes);
  if (group) {
    // Its Events are the share of the subject itself.
    const events = [...writes.keys()].find((name) => name.endsWith('/events'));
    if (events !== undefined) writes.set(events, Math.max(0, (writes.get(events) ?? 0) - own));
  }
  if (!object && subject.type === 'owner') {
    const key = counted.topKeys.find(({ resource }) => isOf(resource, subject));
    if (key) add(key.prefix, key.writes);
  }
  if (!group && accusation.claims) {
    for (const name of accusation.claims.prefixes) if (name !== subject.name) add(name, prefix(name)?.writes ?? 0);
    const events = counted.prefixes.find(({ group: api, resource }) => api === '' && resource === 'events');
    if (events)
      add(
        events.prefix,
        accusation.claims.events.reduce((sum, event) => sum + event.writes, 0),
      );
  }

  return [...writes]
    .filter(([, count]) => count > 0)
    .map(([name, count]) => ({
      group: prefix(name)?.group ?? '',
      resource: prefix(name)?.resource ?? name,
      writes: count,
    }))
    .sort((a, b) => b.writes - a.writes || (a.resource < b.resource ? -1 : 1));
}

function isOf(key: KeyCount['resource'], { group, resource, namespace, name }: Suspicion['subject']): boolean {
  return key?.group === group && key?.resource === resource && key?.namespace === namespace && key?.name === name;
}
