import type { CheckOutcome } from '../../model/check.ts';
import { apiVersion } from '../api-version.ts';
import type { CheckReport } from './schema.ts';

export function assembleCheck(
  checks: readonly CheckOutcome[],
  { target, version }: { readonly target: string; readonly version: string },
): CheckReport {
  const has = (wanted: CheckOutcome['result']): boolean => checks.some(({ result }) => result === wanted);
  return {
    apiVersion,
    kind: 'CheckReport',
    generatedBy: { name: 'kubechurn', version },
    target,
    result: has('failed') ? 'failed' : has('warning') ? 'warning' : 'ok',
    checks,
  };
}
