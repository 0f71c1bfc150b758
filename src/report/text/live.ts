import type { ChurnReport } from '../schema.ts';
import { columnLines, type Column } from './columns.ts';
import { wrap } from './fit.ts';
import type { TextLayout } from './layout.ts';
import { bytes, count, counted, duration, perMinute } from '../../words/units.ts';

type LiveRow = NonNullable<ChurnReport['live']>['keys'][number];

const columns: readonly Column<LiveRow>[] = [
  { head: 'WRITTEN NOW', of: (row) => row.key },
  { head: 'RATE', align: 'right', of: (row) => perMinute(row.ratePerMinute) },
  { head: 'WRITES', align: 'right', of: (row) => count(row.writes) },
  { head: 'DELETES', align: 'right', of: (row) => count(row.deletes) },
  { head: 'SIZE', align: 'right', of: (row) => bytes(row.bytes) },
];

/** What was written while it was watched; empty where nothing was watched. */
export function liveLines({ live }: ChurnReport, { wide, width, rows, paint }: TextLayout): string[] {
  if (!live) return [];
  const { seconds, events, gap, endedBy, keys } = live;
  const missed = gap > 0 ? `, ${counted(gap, 'revision')} passed over` : '';
  const early = endedBy === 'alarm' ? ', ended early because an alarm was armed' : '';
  const head = `Watched for ${duration(seconds * 1000)}: ${counted(events, 'write')}${missed}${early}.`;
  const shown = wide ? keys : keys.slice(0, rows);
  const [heads = '', ...lines] = shown.length === 0 ? [] : columnLines(shown, columns, wide ? undefined : width);
  return [...wrap(head, width), ...(heads === '' ? [] : [paint.strong(heads)]), ...lines];
}
