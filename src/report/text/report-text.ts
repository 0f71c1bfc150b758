import type { ChurnReport } from '../schema.ts';
import { causeLines } from './causes.ts';
import { comparisonLines } from './comparison.ts';
import { factLines } from './facts.ts';
import { headlineLines } from './headline.ts';
import { liveLines } from './live.ts';
import type { TextLayout } from './layout.ts';
import { requestLines } from './requests.ts';
import { paletteFor } from './palette.ts';
import { tableLines } from './tables.ts';

export interface TextOptions {
  /** Full keys, revisions and exact bytes; every row, every cause in full. Lines grow with the names. */
  readonly wide: boolean;
  readonly colour: boolean;
  /** Of each table in the narrow form; 10 unless told. */
  readonly rows?: number;
}

/** The report for a terminal: the verdict, the ranked causes, what they rest on, the tables. Lines of at most 80 columns unless wide. */
export function reportText(report: ChurnReport, { wide, colour, rows = 10 }: TextOptions): string {
  const layout: TextLayout = { wide, width: wide ? 120 : 80, rows, paint: paletteFor(colour) };
  const sections = [
    headlineLines(report, layout),
    causeLines(report, layout),
    comparisonLines(report, layout),
    factLines(report, layout),
    liveLines(report, layout),
    tableLines(report, layout),
    requestLines(report, layout),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}
