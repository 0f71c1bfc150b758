import type { AcceptEntry } from '../model/accept.ts';
import type { ChurnReport } from './schema.ts';

type Finding = ChurnReport['findings'][number];
type AcceptedEntry = NonNullable<ChurnReport['accepted']>[number];

const fields = ['group', 'resource', 'namespace', 'name'] as const;

/**
 * Takes what the entries accept out of the findings, which changes no count, and lists it under them. A finding goes to
 * the first entry that accepts it; an entry that has expired takes none, and lists those left that it once took.
 * `today` is a day in UTC: `2027-01-31`.
 */
export function withAccepted(report: ChurnReport, entries: readonly AcceptEntry[], today: string): ChurnReport {
  const valid = entries.filter(({ expires }) => expires >= today);
  const acceptedBy = new Map(
    report.findings.map((finding) => [finding, valid.find((entry) => matches(finding, entry))]),
  );
  const findings = report.findings.filter((finding) => acceptedBy.get(finding) === undefined);
  const accepted = entries.map((entry): AcceptedEntry => {
    const expired = !valid.includes(entry);
    const of = expired
      ? findings.filter((finding) => matches(finding, entry))
      : report.findings.filter((finding) => acceptedBy.get(finding) === entry);
    return { ...entry, expired, findings: of.map(inBrief) };
  });
  return { ...report, findings, accepted };
}

/** "" and absent mean the same: the core group, no namespace. */
function matches({ pattern, subject }: Finding, entry: AcceptEntry): boolean {
  if (entry.pattern !== undefined && entry.pattern !== pattern) return false;
  return fields.every((field) => entry[field] === undefined || entry[field] === (subject[field] ?? ''));
}

function inBrief({
  pattern,
  severity,
  subject,
  share,
  shareWithConsequences,
}: Finding): AcceptedEntry['findings'][number] {
  return { pattern, severity, subject, share, shareWithConsequences };
}
