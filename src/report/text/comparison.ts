import { changedThings, earlierWindow } from '../compare/changed-things.ts';
import type { ChurnReport } from '../schema.ts';
import { columnLines } from './columns.ts';
import { wrap } from './fit.ts';
import type { TextLayout } from './layout.ts';
import { printable } from '../../words/printable.ts';
import { count } from '../../words/units.ts';

/** What is new, grown, shrunk and gone since the earlier report. Empty without one. */
export function comparisonLines({ comparison }: ChurnReport, layout: TextLayout): string[] {
  if (!comparison) return [];
  const { width, wide, rows: atMost, paint } = layout;
  const groups = changedThings(comparison).filter(({ rows }) => rows.length > 0);
  const verdict = groups.length === 0 ? 'nothing to speak of has come, grown or gone.' : 'this changed:';
  return [
    ...wrap(`Since ${earlierWindow(comparison)} ${verdict}`, width).map(paint.strong),
    ...comparison.notes.flatMap((note) => wrap(`Note: ${printable(note)}.`, width)),
    ...groups.flatMap(({ title, rows }) => {
      const shown = wide ? rows : rows.slice(0, atMost);
      const [head = '', ...lines] = columnLines(
        shown,
        [
          { head: title.toUpperCase(), of: ({ what }) => what },
          { head: 'CHANGE', of: ({ change }) => change },
          { head: 'BEFORE', align: 'right', of: ({ before }) => before },
          { head: 'NOW', align: 'right', of: ({ after }) => after },
        ],
        wide ? undefined : width,
      );
      const hidden = rows.length - shown.length;
      return ['', paint.strong(head), ...lines, ...(hidden > 0 ? [paint.faint(`${count(hidden)} more: -o wide`)] : [])];
    }),
  ];
}
