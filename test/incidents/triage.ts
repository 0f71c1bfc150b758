import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const kubechurn = fileURLToPath(new URL('../../dist/kubechurn', import.meta.url));

interface CountRow {
  readonly writes: number;
  readonly deletes: number;
  readonly bytes: number;
}

/** As much of the report's contract as the tests of incidents look at. */
export interface Report {
  readonly totals: CountRow & { readonly revisions: number; readonly keys: number };
  readonly coverage: { readonly counted: number; readonly growth: number; readonly ratio: number };
  readonly resources: readonly (CountRow & { readonly prefix: string; readonly liveKeys: number })[];
  readonly keys: readonly (CountRow & { readonly key: string; readonly error: number })[];
  readonly findings: readonly ReportFinding[];
}

export interface ReportFinding {
  readonly pattern: string;
  readonly severity: string;
  readonly subject: {
    readonly type: string;
    readonly group?: string;
    readonly resource?: string;
    readonly namespace?: string;
    readonly name: string;
  };
  readonly fields: readonly string[];
  readonly writers: readonly { readonly name: string; readonly writes: number }[];
  readonly shareWithConsequences: number;
}

/** Runs the built program on a file that no etcd has open. Rejects with what it said when it fails. */
export async function triage(file: string, top = 20): Promise<Report> {
  const { stdout } = await promisify(execFile)(
    kubechurn,
    ['triage', '--snapshot', file, '-o', 'json', '--top', String(top)],
    { maxBuffer: 2 ** 28 },
  );
  return JSON.parse(stdout) as Report;
}
