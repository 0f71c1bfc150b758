import { widthOf } from './cell-width.ts';
import { padLeft, padRight, shorten } from './fit.ts';
import { printable } from '../../words/printable.ts';

export interface Column<Row> {
  readonly head: string;
  readonly align?: 'right';
  readonly of: (row: Row) => string;
}

const gap = '  ';

/**
 * Rows under their heads, names made printable. Where `width` is given the first column is shortened to fit it; without it
 * nothing is shortened. The first line holds the heads.
 */
export function columnLines<Row>(rows: readonly Row[], columns: readonly Column<Row>[], width?: number): string[] {
  const cells = rows.map((row) => columns.map(({ of }) => printable(of(row))));
  const widths = columns.map(({ head }, i) =>
    cells.reduce((widest, row) => Math.max(widest, widthOf(row[i] ?? '')), widthOf(head)),
  );
  if (width !== undefined) widths[0] = Math.max(8, Math.min(widths[0] ?? 0, width - spaceBesideFirst(widths)));
  return [columns.map(({ head }) => head), ...cells].map((row) =>
    row
      .map((cell, i) => {
        const fitted = i === 0 ? shorten(cell, widths[0] ?? 0) : cell;
        return columns[i]?.align === 'right' ? padLeft(fitted, widths[i] ?? 0) : padRight(fitted, widths[i] ?? 0);
      })
      .join(gap)
      .trimEnd(),
  );
}

function spaceBesideFirst(widths: readonly number[]): number {
  return widths.slice(1).reduce((sum, each) => sum + gap.length + each, 0);
}
