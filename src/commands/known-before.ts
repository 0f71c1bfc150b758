import { readOptionFile } from '../config/option-file.ts';
import { acceptListIn } from './accept-list-in.ts';
import type { ChurnReport } from '../report/schema.ts';

export interface KnownBefore {
  /** A YAML file: what the user knows and accepts. */
  readonly accept?: string;
  /** A JSON file: an earlier report. */
  readonly compare?: string;
}

type Judge = (report: ChurnReport) => ChurnReport;

/** Reads both files at once, before any long work; the result puts what they say into a report. */
export async function knownBefore({ accept, compare }: KnownBefore, now: Date): Promise<Judge> {
  const accepting = accept === undefined ? unchanged : await acceptanceOf(accept, now);
  const comparing = compare === undefined ? unchanged : await earlierReportIn(compare);
  return (report) => comparing(accepting(report));
}

const unchanged: Judge = (report) => report;

async function acceptanceOf(file: string, now: Date): Promise<Judge> {
  const { withAccepted } = await import('../report/accepted.ts');
  const entries = await acceptListIn(file);
  return (report) => withAccepted(report, entries, now.toISOString().slice(0, 10));
}

async function earlierReportIn(file: string): Promise<Judge> {
  const { parseEarlierReport } = await import('../report/compare/earlier-report.ts');
  const { withComparison } = await import('../report/compare/compare-reports.ts');
  const earlier = parseEarlierReport(readOptionFile('--compare', file), file);
  return (report) => withComparison(report, earlier);
}
