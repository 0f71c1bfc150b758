import type { HotKey } from '../../model/hot-key.ts';
import { perMinute } from '../../words/units.ts';
import { columnLines, type Column } from './columns.ts';
import { shorten } from './fit.ts';
import { printable } from '../../words/printable.ts';

export interface HotKeysLayout {
  /** With the namespace of each in front, as `kubectl -A` has it. */
  readonly allNamespaces: boolean;
  readonly wide: boolean;
  readonly headers: boolean;
  /** Of the terminal. */
  readonly width: number;
}

/** What is written most right now, as `kubectl top` would show it. */
export function hotKeysText(keys: readonly HotKey[], { allNamespaces, wide, headers, width }: HotKeysLayout): string {
  const namespaces = allNamespaces
    ? Math.max(9, ...keys.map(({ resource }) => resource?.namespace?.length ?? 0)) + 2
    : 0;
  const findings = Math.max(7, ...keys.map((hot) => hot.findings.join(',').length));
  // Rates take eight columns, each gap two.
  const room = wide ? Infinity : Math.max(24, width - namespaces - findings - 14);
  const name: Column<HotKey> = { head: 'NAME', of: (hot) => shorten(printable(nameOf(hot)), room) };
  const columns: Column<HotKey>[] = [
    ...(allNamespaces ? [{ head: 'NAMESPACE', of: ({ resource }: HotKey) => resource?.namespace ?? '' }] : []),
    name,
    { head: 'WRITES', align: 'right', of: (hot) => perMinute(hot.perMinute) },
    { head: 'FINDING', of: (hot) => hot.findings.join(',') || '-' },
    ...(wide ? [{ head: 'KEY', of: ({ key }: HotKey) => key }] : []),
  ];
  const [head = '', ...rows] = columnLines(keys, columns);
  return [...(headers ? [head] : []), ...rows].map((line) => `${line}\n`).join('');
}

/** `deployments.apps/web`, as kubectl names what it prints. */
function nameOf({ key, resource }: HotKey): string {
  if (!resource) return key;
  const { group, resource: plural, name } = resource;
  return `${group === '' ? plural : `${plural}.${group}`}/${name}`;
}
