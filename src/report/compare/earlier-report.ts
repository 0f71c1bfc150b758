import { z } from 'zod';
import { problem, type ErrorCatalogue } from '../../errors/problem.ts';
import { apiVersion } from '../api-version.ts';
import type { Immutable } from '../schema.ts';

const compareErrors = {
  notReport: problem(
    'COMPARE_NOT_REPORT',
    (file: string) => `${file} is no report: give --compare what "kubechurn triage -o json" printed earlier`,
    2,
  ),
  otherVersion: problem(
    'COMPARE_OTHER_VERSION',
    (file: string, version: string) =>
      `${file} is a report of apiVersion ${version}, and this kubechurn reads ${apiVersion} only: make it anew`,
    2,
  ),
  damaged: problem(
    'COMPARE_DAMAGED',
    (file: string, where: string) => `${file} is a damaged report, at ${where}: give --compare one as it was printed`,
    2,
  ),
} satisfies ErrorCatalogue;

const text = z.string();
const writes = z.number().nonnegative();
const share = z.number().min(0).max(1);
const revision = z.number().nonnegative();
const time = z.iso.datetime().nullable();
const subject = z.object({
  type: z.enum(['object', 'owner', 'prefix', 'writer']),
  group: text.optional(),
  resource: text.optional(),
  namespace: text.optional(),
  name: text,
});
const finding = z.object({ pattern: text, subject, shareWithConsequences: share });

/** What a comparison needs, and no more: versions of this program add fields to their reports. */
const earlierReport = z.object({
  source: z.array(z.object({ fromRevision: revision, toRevision: revision, compactRevision: revision })),
  totals: z.object({ writes, revisions: writes, keys: writes, remainder: writes.optional() }),
  coverage: z.object({ counted: writes }),
  clock: z.object({ from: time, to: time }).nullable(),
  resources: z.array(z.object({ prefix: text, group: text, resource: text, writes })),
  keys: z.array(z.object({ key: text, writes })),
  owners: z.array(z.object({ group: text, kind: text, namespace: text, name: text, writes })),
  findings: z.array(finding),
  accepted: z.array(z.object({ expired: z.boolean(), findings: z.array(finding) })).optional(),
});

export type EarlierReport = Immutable<z.infer<typeof earlierReport>>;

const envelope = z.object({ apiVersion: z.string(), kind: z.literal('ChurnReport') });

/** What -o json once printed. Throws compareErrors, which name `file`. */
export function parseEarlierReport(json: string, file: string): EarlierReport {
  const value = valueOf(json, file);
  const { data } = envelope.safeParse(value);
  if (!data) throw compareErrors.notReport(file);
  if (data.apiVersion !== apiVersion) throw compareErrors.otherVersion(file, data.apiVersion);
  const report = earlierReport.safeParse(value);
  if (report.success) return report.data;
  throw compareErrors.damaged(file, report.error.issues[0]?.path.join('.') ?? '');
}

function valueOf(json: string, file: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw compareErrors.notReport(file);
  }
}
