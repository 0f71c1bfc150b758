import type { Culprit } from './mutation.ts';
import type { ReportFinding } from './triage.ts';

/** Whether a finding says of an incident what it must: pattern, subject, every field and every writer. */
export function isNamed(culprit: Culprit, findings: readonly ReportFinding[]): boolean {
  return findings.some((finding) => {
    const { subject } = finding;
    const { group, resource, namespace, name } = culprit.subject;
    return (
      finding.pattern === culprit.pattern &&
      (subject.group ?? '') === group &&
      subject.resource === resource &&
      (namespace === undefined || subject.namespace === namespace) &&
      (name === undefined || subject.name === name) &&
      culprit.fields.every((field) => finding.fields.includes(field)) &&
      culprit.writers.every((writer) => finding.writers.some((named) => named.name === writer))
    );
  });
}
