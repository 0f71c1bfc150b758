import type { JSX } from 'preact';
import type { ChurnReport } from '../schema.ts';
import { changedThings, earlierWindow } from '../compare/changed-things.ts';
import { count } from '../../words/units.ts';
import { Name } from './name.tsx';
import { Section } from './section.tsx';
import { Table } from './table.tsx';

const shown = 25;

/** What is new, grown, shrunk and gone since the earlier report. Nothing without one. */
export function WhatChanged({ comparison }: Pick<ChurnReport, 'comparison'>): JSX.Element | null {
  if (!comparison) return null;
  const groups = changedThings(comparison).filter(({ rows }) => rows.length > 0);
  return (
    <Section id="comparison" title="What changed">
      <p>
        Since {earlierWindow(comparison)}
        {groups.length === 0 ? ', nothing to speak of has come, grown or gone.' : ':'}
      </p>
      {groups.map(({ title, rows }) => (
        <>
          <Table
            caption={title}
            rows={rows.slice(0, shown)}
            columns={[
              { head: 'What', of: ({ what }) => <Name of={what} /> },
              { head: 'Change', of: ({ change }) => <span class={`change ${change}`}>{change}</span> },
              { head: 'Before', numeric: true, of: ({ before }) => before },
              { head: 'Now', numeric: true, of: ({ after }) => after },
            ]}
          />
          {rows.length > shown && <p class="faint">{count(rows.length - shown)} more in the report as JSON.</p>}
        </>
      ))}
      {comparison.notes.map((note) => (
        <p class="faint">
          Note: <Name of={note} />.
        </p>
      ))}
    </Section>
  );
}
