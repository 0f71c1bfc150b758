import { refusals } from '../requests.ts';
import type { ChurnReport } from '../schema.ts';
import { columnLines, type Column } from './columns.ts';
import type { TextLayout } from './layout.ts';
import { resourceName } from '../../model/resource.ts';
import { objectName } from './names.ts';
import { count, perMinute } from '../../words/units.ts';

type Requests = NonNullable<ChurnReport['requests']>;
type UserRow = Requests['users'][number];
type ObjectRow = Requests['objects'][number];
type Outcomes = Pick<UserRow, 'succeeded' | 'unchanged' | 'rejected' | 'ratePerMinute'>;

const outcomes: readonly Column<Outcomes>[] = [
  { head: 'SUCCEEDED', align: 'right', of: (row) => count(row.succeeded) },
  { head: 'UNCHANGED', align: 'right', of: (row) => (row.unchanged === null ? '-' : count(row.unchanged)) },
  { head: 'REJECTED', align: 'right', of: (row) => count(refusals(row.rejected)) },
  { head: 'RATE', align: 'right', of: (row) => perMinute(row.ratePerMinute) },
];

const userColumns = (wide: boolean): readonly Column<UserRow>[] => [
  { head: 'USER', of: ({ user }) => user },
  ...outcomes,
  ...(wide
    ? [
        { head: 'CODES', of: ({ rejected }: UserRow) => codes(rejected) },
        { head: 'USER-AGENT', of: ({ userAgents }: UserRow) => userAgents[0] ?? '' },
        { head: 'RESOURCES', of: ({ resources }: UserRow) => resources.join(',') },
      ]
    : []),
];

const objectColumns = (wide: boolean): readonly Column<ObjectRow>[] => [
  { head: 'REFUSED', of: (row) => `${resourceName(row)} ${objectName(row)}` },
  { head: 'REJECTED', align: 'right', of: ({ rejected }) => count(refusals(rejected)) },
  { head: 'CODES', of: ({ rejected }) => codes(rejected) },
  { head: 'USER', of: ({ user }) => (wide ? user : lastPart(user)) },
  ...(wide ? [{ head: 'REASON', of: ({ reason }: ObjectRow) => reason ?? '' }] : []),
];

/** Who asked, and what was refused: two tables, empty without a source of requests. */
export function requestLines({ requests }: ChurnReport, { wide, width, rows, paint }: TextLayout): string[] {
  if (!requests) return [];
  const limit = wide ? undefined : width;
  const users = columnLines(requests.users.slice(0, wide ? undefined : rows), userColumns(wide), limit);
  const refused = requests.objects
    .filter(({ rejected }) => refusals(rejected) > 0)
    .toSorted((a, b) => refusals(b.rejected) - refusals(a.rejected));
  const objects = columnLines(refused.slice(0, wide ? undefined : Math.min(rows, 5)), objectColumns(wide), limit);
  return [users, ...(refused.length > 0 ? [objects] : [])].flatMap(([head = '', ...lines], i) => [
    ...(i === 0 ? [] : ['']),
    paint.strong(head),
    ...lines,
  ]);
}

/** `409 x 28, 404 x 8`. */
function codes(rejected: Readonly<Record<string, number>>): string {
  return Object.entries(rejected)
    .sort((a, b) => b[1] - a[1])
    .map(([code, times]) => `${code === '0' ? 'other' : code} x ${count(times)}`)
    .join(', ');
}

const lastPart = (user: string): string => (user.startsWith('system:') ? (user.split(':').at(-1) ?? user) : user);
