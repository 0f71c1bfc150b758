import type { ChurnReport } from '../schema.ts';
import { columnLines, type Column } from './columns.ts';
import type { TextLayout } from './layout.ts';
import { resourceName } from '../../model/resource.ts';
import { objectName } from './names.ts';
import { bytes, count, perMinute, percent } from '../../words/units.ts';

type ResourceRow = ChurnReport['resources'][number];
type KeyRow = ChurnReport['keys'][number];
type OwnerRow = ChurnReport['owners'][number];
type WriterRow = ChurnReport['writers'][number];

interface Written {
  readonly writes: number;
  readonly share: number;
}

const writes: Column<Written> = { head: 'WRITES', align: 'right', of: (row) => count(row.writes) };
const share: Column<Written> = { head: 'SHARE', align: 'right', of: (row) => percent(row.share) };
const deletes: Column<{ readonly deletes: number }> = {
  head: 'DELETES',
  align: 'right',
  of: (row) => count(row.deletes),
};
const size: Column<{ readonly bytes: number }> = { head: 'SIZE', align: 'right', of: (row) => bytes(row.bytes) };
const exactBytes: Column<{ readonly bytes: number }> = {
  head: 'BYTES',
  align: 'right',
  of: (row) => String(row.bytes),
};

const resourceColumns = (wide: boolean): readonly Column<ResourceRow>[] => [
  { head: 'RESOURCE', of: (row) => (row.resource === '' ? row.prefix : resourceName(row)) },
  writes,
  share,
  deletes,
  { head: 'LIVE', align: 'right', of: (row) => count(row.liveKeys) },
  size,
  ...(wide ? [exactBytes, { head: 'PREFIX', of: (row: ResourceRow) => row.prefix }] : []),
];

const keyColumns = (wide: boolean): readonly Column<KeyRow>[] => [
  { head: 'KEY', of: (row) => row.key },
  { ...writes, of: (row) => withError(row) },
  share,
  deletes,
  { head: 'RATE', align: 'right', of: (row) => perMinute(row.ratePerMinute) },
  ...(wide
    ? [
        { head: 'FIRST-REVISION', align: 'right', of: (row: KeyRow) => String(row.firstRevision) } as const,
        { head: 'LAST-REVISION', align: 'right', of: (row: KeyRow) => String(row.lastRevision) } as const,
        exactBytes,
      ]
    : []),
];

const ownerColumns = (wide: boolean): readonly Column<OwnerRow>[] => [
  {
    head: 'OWNER',
    of: (row) => `${wide && row.group !== '' ? `${row.kind}.${row.group}` : row.kind} ${objectName(row)}`,
  },
  writes,
  share,
  { head: 'KEYS', align: 'right', of: (row) => count(row.names) },
  size,
  ...(wide ? [exactBytes] : []),
];

const writerColumns = (wide: boolean): readonly Column<WriterRow>[] => [
  { head: 'WRITER', of: (row) => row.name },
  { ...writes, of: (row) => withError(row) },
  share,
  { head: 'KNOWN-AS', of: (row) => (row.kind === 'user' ? 'user' : 'field manager') },
  { head: 'CONFIDENCE', of: (row) => row.confidence },
  ...(wide ? [{ head: 'RESOURCES', of: (row: WriterRow) => row.resources.join(',') }] : []),
];

/** The four tables, a blank line between them; one without rows is left out. */
export function tableLines(report: ChurnReport, layout: TextLayout): string[] {
  const tables = [
    section(report.resources, resourceColumns(layout.wide), layout),
    section(report.keys, keyColumns(layout.wide), layout),
    section(report.owners, ownerColumns(layout.wide), layout),
    section(report.writers, writerColumns(layout.wide), layout),
  ].filter((lines) => lines.length > 0);
  return tables.flatMap((lines, i) => (i === 0 ? lines : ['', ...lines]));
}

function section<Row extends Written>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { wide, width, rows: atMost, paint }: TextLayout,
): string[] {
  if (rows.length === 0) return [];
  const shown = wide ? rows : rows.slice(0, atMost);
  const [head = '', ...lines] = columnLines(shown, columns, wide ? undefined : width);
  const hidden = rows.slice(shown.length);
  if (hidden.length === 0) return [paint.strong(head), ...lines];
  const hiddenShare = hidden.reduce((sum, row) => sum + row.share, 0);
  return [
    paint.strong(head),
    ...lines,
    paint.faint(`${count(hidden.length)} more with ${percent(Math.min(1, hiddenShare))} of writes: -o wide`),
  ];
}

function withError(row: { readonly writes: number; readonly error: number }): string {
  return row.error > 0 ? `${count(row.writes)} ±${count(Math.ceil(row.error))}` : count(row.writes);
}
