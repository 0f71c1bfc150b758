import type { ChosenKey } from '../../model/analysis.ts';
import type { ResourceKey } from '../../model/resource.ts';
import type { KeyId } from '../../model/write.ts';
import type { ChurnReport } from '../../report/schema.ts';
import type { Choice } from '../../tally/choose-keys.ts';

/** Revisions read in all to settle what a first reading found; one accused object seldom has a tenth. */
const mostRevisions = 24_000;

/** The accused objects of which only a part was read, gravest first, to be read in full: the first reading finds, the second counts. */
export function suspects(
  { findings }: Pick<ChurnReport, 'findings'>,
  chosenKeys: readonly ChosenKey[],
  chosen: ReadonlyMap<KeyId, Choice>,
): Map<KeyId, Choice> {
  const counts = new Map(
    chosenKeys.flatMap(({ count }) => (count.resource ? [[nameOf(count.resource), count] as const] : [])),
  );
  const again = new Map<KeyId, Choice>();
  let left = mostRevisions;
  for (const { subject } of findings) {
    const { type, group, resource, namespace, name } = subject;
    if (type !== 'object' || group === undefined || resource === undefined) continue;
    const count = counts.get(nameOf({ group, resource, ...(namespace === undefined ? {} : { namespace }), name }));
    const choice = count && chosen.get(count.id);
    if (!choice || choice.revisions >= count.writes || again.has(count.id)) continue;
    const revisions = Math.min(count.writes, left);
    if (revisions <= choice.revisions) break;
    again.set(count.id, { ...choice, revisions });
    left -= revisions;
  }
  return again;
}

function nameOf({ group, resource, namespace = '', name }: ResourceKey): string {
  return `${group}/${resource}/${namespace}/${name}`;
}
