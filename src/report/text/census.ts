import { columnLines, type Column } from './columns.ts';
import { wrap } from './fit.ts';
import { printable } from '../../words/printable.ts';
import { count, counted, percent } from '../../words/units.ts';

/** A provisional answer from a census of the living keys. */
export interface CensusReport {
  /** The member's URL. */
  readonly at: string;
  readonly revision: number;
  readonly keys: number;
  /** Of living keys, since each was created. */
  readonly writes: number;
  /** Of all revisions, explained by those writes; 0..1. */
  readonly share: number;
  /** Most writes first; empty where too little is explained to name anybody. */
  readonly culprits: readonly CulpritRow[];
}

interface CulpritRow {
  readonly key: string;
  readonly writes: number;
  /** Of the writes of living keys. */
  readonly share: number;
}

const columns: readonly Column<CulpritRow>[] = [
  { head: 'KEY', of: (row) => row.key },
  { head: 'WRITES', align: 'right', of: (row) => count(row.writes) },
  { head: 'SHARE', align: 'right', of: (row) => percent(row.share) },
];

/** A short table, provisional: the report that follows knows better. Lines of at most `width` columns. */
export function censusText(census: CensusReport, width = 80): string {
  const { at, revision, keys, share, culprits } = census;
  const explained = `${percent(share)} of the ${counted(Math.max(0, revision - 1), 'revision')} since this etcd began`;
  const head =
    culprits.length > 0 || share === 1
      ? `Provisional, from a census of ${printable(at)}: its ${counted(keys, 'living key')} explain ${explained}.`
      : `Provisional, from a census of ${printable(at)}: its ${counted(keys, 'living key')} explain only ${explained}; the rest were written to keys that are gone, so nobody is named yet.`;
  const table = culprits.length > 0 ? columnLines(culprits, columns, width) : [];
  return `${[...wrap(head, width), ...table].join('\n')}\n\n`;
}
