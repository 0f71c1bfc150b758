/** What was allowed and what was measured. */
export interface Goal {
  readonly what: string;
  readonly allowed: number;
  readonly measured: number;
  readonly unit: string;
  /** Where more is better. */
  readonly atLeast?: boolean;
}

/** What one section of docs/performance.md says. */
export interface Figures {
  readonly goals: readonly Goal[];
  /** Lines of Markdown: what was done, and the tables behind the goals. */
  readonly notes: readonly string[];
}

export function together(parts: readonly Figures[]): Figures {
  return { goals: parts.flatMap(({ goals }) => goals), notes: parts.flatMap(({ notes }) => notes) };
}

export function gigabytes(bytes: number): string {
  return (bytes / 1e9).toFixed(2);
}
