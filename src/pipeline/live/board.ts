import type { ChurnReport } from '../../report/schema.ts';
import type { Millis } from '../../model/write.ts';

export type Finding = ChurnReport['findings'][number];

/** A finding that stands, and since when. */
export interface Standing {
  readonly finding: Finding;
  readonly since: Millis;
  readonly lastSeen: Millis;
}

export interface Transition {
  readonly what: 'raised' | 'cleared';
  readonly standing: Standing;
}

/** What is found at the moment; tells only when that changes. */
export interface Board {
  update(findings: readonly Finding[], now: Millis): readonly Transition[];
  standing(): readonly Standing[];
}

/** A loop that pauses is no news each time it goes on. */
const clearedAfter = 60_000;

export function createBoard(): Board {
  const all = new Map<string, Standing>();
  return {
    standing: () => [...all.values()],
    update(findings, now) {
      const transitions: Transition[] = [];
      for (const finding of findings) {
        const id = idOfFinding(finding);
        const before = all.get(id);
        const standing: Standing = { finding, since: before?.since ?? now, lastSeen: now };
        all.set(id, standing);
        if (!before) transitions.push({ what: 'raised', standing });
      }
      for (const [id, standing] of all) {
        if (now - standing.lastSeen < clearedAfter) continue;
        all.delete(id);
        transitions.push({ what: 'cleared', standing });
      }
      return transitions;
    },
  };
}

function idOfFinding({ pattern, subject }: Pick<Finding, 'pattern' | 'subject'>): string {
  return `${pattern} ${idOfSubject(subject)}`;
}

export function idOfSubject({ type, group = '', resource = '', namespace = '', name }: Finding['subject']): string {
  return `${type} ${resource}.${group}/${namespace}/${name}`;
}
