import type { Finding, Severity } from '../model/finding.ts';
import type { Confidence } from '../model/writer.ts';

const severities: Readonly<Record<Severity, number>> = { critical: 0, warning: 1, info: 2 };
const confidences: Readonly<Record<Confidence, number>> = { high: 0, medium: 1, low: 2 };

/** The worst first: severity, what it caused, what it wrote itself, how sure it is; then by name, so that equal input gives equal output. */
export function byWeight(a: Finding, b: Finding): number {
  return (
    severities[a.severity] - severities[b.severity] ||
    b.shareWithConsequences - a.shareWithConsequences ||
    b.share - a.share ||
    confidences[a.confidence] - confidences[b.confidence] ||
    (nameOf(a) < nameOf(b) ? -1 : 1)
  );
}

function nameOf({ pattern, subject }: Finding): string {
  return [pattern, subject.type, subject.group, subject.resource, subject.namespace, subject.name].join('/');
}
