import type { JSX } from 'preact';
import type { ChurnReport } from '../schema.ts';
import { objectName } from '../text/names.ts';
import { bytes, count, perMinute, percent, toTheMinute } from '../../words/units.ts';
import { Folded } from './folded.tsx';
import { Code, Name } from './name.tsx';
import { layersByRank, type Ranked } from './ranks.ts';
import { LiveTable, RequestTables } from './request-tables.tsx';
import { Section } from './section.tsx';
import { Table } from './table.tsx';

interface Written {
  readonly writes: number;
  readonly share: number;
}

const writes = { head: 'Writes', numeric: true, of: (row: Written) => count(row.writes) };
const share = { head: 'Share', numeric: true, of: (row: Written) => percent(row.share) };
const deletes = { head: 'Deletions', numeric: true, of: (row: { readonly deletes: number }) => count(row.deletes) };
const size = { head: 'Size', numeric: true, of: (row: { readonly bytes: number }) => bytes(row.bytes) };
/** Of keys judged by one of their revisions. */
const estimated = { ...writes, of: (row: Written & { readonly error: number }) => withError(row) };

/** The figures behind the pictures, folded away until asked for; open on paper. */
export function Tables({ report, ranked }: { readonly report: ChurnReport; readonly ranked: Ranked }): JSX.Element {
  const { resources, keys, owners, writers, timeline } = report;
  return (
    <Section id="tables" title="The figures behind it">
      <Folded title="Resources" rows={resources.length}>
        <Table
          caption="Writes by resource, all of them"
          rows={resources}
          columns={[
            { head: 'Resource', of: ({ prefix }) => <Name of={ranked.nameOf(prefix)} /> },
            writes,
            share,
            deletes,
            { head: 'Live', numeric: true, of: ({ liveKeys }) => count(liveKeys) },
            size,
          ]}
        />
      </Folded>
      <Folded title="Keys" rows={keys.length}>
        <Table
          caption="The keys with most writes"
          rows={keys}
          columns={[
            { head: 'Key', of: ({ key }) => <Code of={key} /> },
            estimated,
            share,
            deletes,
            { head: 'Rate', numeric: true, of: ({ ratePerMinute }) => perMinute(ratePerMinute) },
            size,
          ]}
        />
      </Folded>
      <Folded title="Owners" rows={owners.length}>
        <Table
          caption="The objects that most writes are about, their own included"
          rows={owners}
          columns={[
            { head: 'Owner', of: (owner) => <Name of={`${owner.kind} ${objectName(owner)}`} /> },
            writes,
            share,
            { head: 'Keys', numeric: true, of: ({ names }) => count(names) },
            size,
          ]}
        />
      </Folded>
      <Folded title="Writers" rows={writers.length}>
        <Table
          caption="Those who wrote most"
          rows={writers}
          columns={[
            { head: 'Writer', of: ({ name }) => <Name of={name} /> },
            estimated,
            share,
            { head: 'Known as', of: ({ kind }) => (kind === 'user' ? 'user' : 'field manager') },
            { head: 'Confidence', of: ({ confidence }) => confidence },
            { head: 'Of', of: (writer) => <Name of={writer.resources.join(', ')} /> },
          ]}
        />
      </Folded>
      {timeline && (
        <Folded title="Timeline" rows={timeline.edges.length - 1}>
          <Table
            caption="Writes over the window, by resource"
            rows={timeline.edges.slice(0, -1).map((edge, bin) => ({ edge, bin }))}
            columns={[
              {
                head: 'From',
                of: ({ edge, bin }) => {
                  const time = timeline.times[bin];
                  return time ? `${toTheMinute(time)}${time.slice(16, 19)}` : `revision ${edge}`;
                },
              },
              ...layersByRank(timeline.resources, ranked).map(({ name, writes: ofBin }) => ({
                head: name,
                numeric: true,
                of: ({ bin }: { bin: number }) => count(ofBin[bin] ?? 0),
              })),
            ]}
          />
        </Folded>
      )}
      <RequestTables {...(report.requests && { requests: report.requests })} />
      <LiveTable {...(report.live && { live: report.live })} />
    </Section>
  );
}

function withError(row: { readonly writes: number; readonly error: number }): string {
  return row.error > 0 ? `${count(row.writes)} ±${count(Math.ceil(row.error))}` : count(row.writes);
}
