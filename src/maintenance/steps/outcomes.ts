import { isProblem } from '../../errors/problem.ts';

/** The answer got lost, the work may go on or be done: the member alone can tell. */
const unknown: ReadonlySet<string> = new Set([
  'ETCD_SILENT',
  'ETCD_CUT',
  'ETCD_NO_LEADER',
  'ETCD_TIMED_OUT',
  'ETCD_UNREACHABLE',
  'ETCD_REFUSED',
]);

export function codeOf(error: unknown): string | undefined {
  return isProblem(error) ? error.code : undefined;
}

export function isOutcomeUnknown(error: unknown): boolean {
  return unknown.has(codeOf(error) ?? '');
}

/** It may well be answered a moment later. */
export function isPassing(error: unknown): boolean {
  return isOutcomeUnknown(error) || codeOf(error) === 'ETCD_BUSY';
}

export function sentenceOf(error: unknown): string {
  return isProblem(error) ? error.message : String(error);
}
