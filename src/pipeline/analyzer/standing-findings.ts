import type { StandingFinding } from '../../model/batch.ts';
import type { Subject } from '../../model/finding.ts';
import { catalogue } from '../../patterns/catalogue.ts';
import type { Finding, Standing } from '../live/board.ts';

const loops = new Set(catalogue.filter(({ loop }) => loop).map(({ id }) => id));

/** What webhooks need to know of what stands. */
export function standingFindings(standing: readonly Standing[]): StandingFinding[] {
  return standing.map(({ finding, since }) => {
    const { pattern, severity, confidence, writers, fields, remedy, evidence } = finding;
    const { perMinute } = evidence;
    return {
      ...{ pattern, severity, confidence, since, loop: loops.has(pattern) },
      subject: subjectOf(finding),
      writers: writers.map(({ name, kind, confidence: sure }) => ({ name, kind, confidence: sure })),
      fields,
      ...(typeof perMinute === 'number' && { perMinute }),
      remedy: remedy.summary,
    };
  });
}

export function subjectOf({ subject: { type, name, group, resource, namespace } }: Finding): Subject {
  return {
    ...{ type, name },
    ...(group !== undefined && { group }),
    ...(resource !== undefined && { resource }),
    ...(namespace !== undefined && { namespace }),
  };
}
