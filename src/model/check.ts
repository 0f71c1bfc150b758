export type CheckResult = 'ok' | 'warning' | 'failed' | 'skipped';

/** What one look at an installation came to. */
export interface CheckOutcome {
  /** What it is about, under which it is grouped. */
  readonly category: string;
  readonly name: string;
  readonly result: CheckResult;
  /** What was seen; for a skipped one, why nothing could be said. */
  readonly why: string;
  /** What to do, with the exact lines; "" where there is nothing to do. Blocks of lines are set apart by an empty one. */
  readonly hint: string;
}
