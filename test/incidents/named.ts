import type { Culprit } from './mutation.ts';
import type { ReportFinding } from './triage.ts';

/** Whether some finding says of an incident what it must: pattern, subject, every field and every writer. */
export function isNamed(culprit: Culprit, findings: readonly ReportFinding[]): boolean {
  return findings.some((finding) => names(finding, culprit));
}

/** Whether a finding is about one of these, and not about somebody innocent. */
export function isAboutOneOf(finding: ReportFinding, culprits: readonly Culprit[]): boolean {
  return culprits.some((culprit) => isAbout(finding, culprit));
}

function isAbout({ pattern, subject }: ReportFinding, culprit: Culprit): boolean {
  const { group, resource, namespace, name } = culprit.subject;
  return (
    pattern === culprit.pattern &&
    (subject.group ?? '') === group &&
    subject.resource === resource &&
    (namespace === undefined || subject.namespace === namespace) &&
    (name === undefined || subject.name === name)
  );
}

function names(finding: ReportFinding, culprit: Culprit): boolean {
  return (
    isAbout(finding, culprit) &&
    culprit.fields.every((field) => finding.fields.includes(field)) &&
    culprit.writers.every((writer) => finding.writers.some(({ name }) => name === writer))
  );
}
