import type { JSX } from 'preact';
import { bytes, count, perMinute } from '../../words/units.ts';
import { refusals } from '../requests.ts';
import type { ChurnReport } from '../schema.ts';
import { resourceName } from '../../model/resource.ts';
import { objectName } from '../text/names.ts';
import { Folded } from './folded.tsx';
import { Code, Name } from './name.tsx';
import { Table } from './table.tsx';

type Requests = NonNullable<ChurnReport['requests']>;
type Outcomes = Pick<Requests['users'][number], 'succeeded' | 'unchanged' | 'rejected' | 'ratePerMinute'>;

const outcomes = [
  { head: 'Succeeded', numeric: true, of: (row: Outcomes) => count(row.succeeded) },
  { head: 'Unchanged', numeric: true, of: (row: Outcomes) => (row.unchanged === null ? '-' : count(row.unchanged)) },
  { head: 'Rejected', numeric: true, of: (row: Outcomes) => count(refusals(row.rejected)) },
  { head: 'Rate', numeric: true, of: (row: Outcomes) => perMinute(row.ratePerMinute) },
];

/** Who asked for what, and what was refused. Nothing without a source of requests. */
export function RequestTables({ requests }: Pick<ChurnReport, 'requests'>): JSX.Element | null {
  if (!requests) return null;
  const refused = requests.objects
    .filter(({ rejected }) => refusals(rejected) > 0)
    .toSorted((a, b) => refusals(b.rejected) - refusals(a.rejected));
  return (
    <>
      <Folded title="Users" rows={requests.users.length}>
        <Table
          caption="Those who asked for most, whether or not anything came of it"
          rows={requests.users}
          columns={[
            { head: 'User', of: ({ user }) => <Name of={user} /> },
            ...outcomes,
            { head: 'User agent', of: ({ userAgents }) => <Name of={userAgents[0] ?? ''} /> },
          ]}
        />
      </Folded>
      <Folded title="Refused" rows={refused.length}>
        <Table
          caption="What was asked for and refused; it cost no revision"
          rows={refused}
          columns={[
            { head: 'Object', of: (row) => <Name of={`${resourceName(row)} ${objectName(row)}`} /> },
            { head: 'Rejected', numeric: true, of: ({ rejected }) => count(refusals(rejected)) },
            { head: 'User', of: ({ user }) => <Name of={user} /> },
            { head: 'Reason', of: ({ reason }) => <Name of={reason ?? ''} /> },
          ]}
        />
      </Folded>
    </>
  );
}

/** What was written while it was watched. Nothing where nothing was. */
export function LiveTable({ live }: Pick<ChurnReport, 'live'>): JSX.Element | null {
  if (!live) return null;
  return (
    <Folded title="Written while watching" rows={live.keys.length}>
      <Table
        caption={`${count(live.events)} writes in ${count(Math.round(live.seconds))} s`}
        rows={live.keys}
        columns={[
          { head: 'Key', of: ({ key }) => <Code of={key} /> },
          { head: 'Rate', numeric: true, of: ({ ratePerMinute }) => perMinute(ratePerMinute) },
          { head: 'Writes', numeric: true, of: ({ writes }) => count(writes) },
          { head: 'Deletions', numeric: true, of: ({ deletes }) => count(deletes) },
          { head: 'Size', numeric: true, of: (row) => bytes(row.bytes) },
        ]}
      />
    </Folded>
  );
}
