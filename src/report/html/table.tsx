import type { ComponentChildren, JSX } from 'preact';
import { printable } from '../../words/printable.ts';
import { Name } from './name.tsx';

export interface TableColumn<Row> {
  readonly head: string;
  readonly numeric?: boolean;
  readonly of: (row: Row) => ComponentChildren;
}

interface TableProps<Row> {
  readonly caption: string;
  readonly rows: readonly Row[];
  /** The first heads its row. */
  readonly columns: readonly TableColumn<Row>[];
}

/** Rows become blocks on a narrow page (style.ts), which takes a table's roles away unless they are spelled out. */
export function Table<Row>({ caption, rows, columns }: TableProps<Row>): JSX.Element {
  return (
    <table role="table">
      <caption>{caption}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map(({ head, numeric }) => (
            <th role="columnheader" scope="col" class={numeric ? 'n' : undefined}>
              <Name of={head} />
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <tr role="row">
            {columns.map(({ head, numeric, of }, i) =>
              i === 0 ? (
                <th role="rowheader" scope="row">
                  {of(row)}
                </th>
              ) : (
                <td role="cell" class={numeric ? 'n' : undefined} data-head={printable(head)}>
                  {of(row)}
                </td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
