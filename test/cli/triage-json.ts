import { churnReport, type ChurnReport } from '../../src/report/schema.ts';
import { kubechurn, type Outcome } from './run-kubechurn.ts';

/** The report of a file that can be read; the schema is checked too. */
export async function triageJson(
  file: string,
  args: readonly string[] = [],
  options?: Parameters<typeof kubechurn>[1],
): Promise<ChurnReport> {
  return reportOf(await kubechurn(['triage', '--snapshot', file, '-o', 'json', ...args], options));
}

export function reportOf({ code, stdout, stderr }: Outcome): ChurnReport {
  if (code !== 0) throw new Error(`kubechurn ended with ${code}: ${stderr}`);
  return churnReport.parse(JSON.parse(stdout));
}
