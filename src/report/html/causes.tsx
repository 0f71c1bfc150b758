import type { JSX } from 'preact';
import type { ChurnReport } from '../schema.ts';
import { subjectName } from '../text/names.ts';
import { percent } from '../../words/units.ts';
import { Cause } from './cause.tsx';
import { Name } from './name.tsx';
import { Section } from './section.tsx';

/** Open from the start; those after them open when asked. */
const inFull = 5;

export function Causes({ findings }: Pick<ChurnReport, 'findings'>): JSX.Element | null {
  if (findings.length === 0) return null;
  return (
    <Section id="causes" title="Causes, and what to change">
      {findings.slice(0, inFull).map((finding, i) => (
        <Cause finding={finding} rank={i + 1} />
      ))}
      {findings.slice(inFull).map((finding, i) => (
        <details class="more">
          <summary>
            <b class="n">{percent(finding.shareWithConsequences)}</b> <Name of={finding.pattern} />:{' '}
            <Name of={subjectName(finding.subject)} />
          </summary>
          <Cause finding={finding} rank={inFull + i + 1} />
        </details>
      ))}
    </Section>
  );
}
