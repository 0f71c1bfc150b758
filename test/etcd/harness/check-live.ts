import { checkEtcd } from '../../../src/commands/check-etcd.ts';
import type { TargetOptions } from '../../../src/commands/target-options.ts';
import { assembleCheck } from '../../../src/report/check/assemble-check.ts';
import { checkReport, type CheckReport } from '../../../src/report/check/schema.ts';

export type Checked = {
  report: CheckReport;
  /** Of the check with this name. */
  of(name: string): CheckReport['checks'][number];
  /** Names of those with this result. */
  with(result: CheckReport['checks'][number]['result']): string[];
};

/** `kubechurn check` inside this process; the report is checked against its schema. */
export async function checked(options: TargetOptions, { betweenMs = 50 } = {}): Promise<Checked> {
  const given = { dialTimeout: '2s', ...options };
  const { checks, target } = await checkEtcd(given, { betweenMs, version: '0.0.0', environment: {} });
  return inspect(assembleCheck(checks, { target, version: '0.0.0' }));
}

/** The report, after it was held against its schema. */
export function inspect(unread: CheckReport): Checked {
  const report = checkReport.parse(unread);
  return {
    report,
    of(name) {
      const found = report.checks.find((check) => check.name === name);
      if (!found) throw new Error(`no check is called ${name}`);
      return found;
    },
    with: (result) => report.checks.filter((check) => check.result === result).map(({ name }) => name),
  };
}
