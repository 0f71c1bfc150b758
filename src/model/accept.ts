/** Churn somebody knows and wants to hear no more of: a finding is accepted when every field given here equals its own. */
export interface AcceptEntry {
  readonly pattern?: string;
  readonly group?: string;
  readonly resource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly reason: string;
  /** The last day on which it accepts, in UTC: `2027-01-31`. */
  readonly expires: string;
}
