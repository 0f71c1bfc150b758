import type { JSX } from 'preact';
import type { ChurnReport } from '../schema.ts';
import { subjectName } from '../text/names.ts';
import { percent } from '../../words/units.ts';
import { Name, tied } from './name.tsx';
import { Section } from './section.tsx';
import { summary } from './story.ts';

const foremost = 3;

/** What happened and what to do first, in plain sentences. */
export function Summary({ report }: { readonly report: ChurnReport }): JSX.Element {
  const first = report.findings.slice(0, foremost);
  return (
    <Section id="summary" title="What happened">
      <p class="lead">{tied(summary(report).join(' '))}</p>
      {first.length > 0 && (
        <ol class="foremost">
          {first.map((finding, i) => (
            <li>
              <b class="figure">{tied(percent(finding.shareWithConsequences))}</b>
              <div>
                <p>
                  <a href={`#cause-${i + 1}`}>
                    <Name of={subjectName(finding.subject)} />
                  </a>
                </p>
                <p>
                  <Name of={sentence(finding.cause)} />
                </p>
                <p class="todo">
                  To do: <Name of={sentence(finding.remedy.summary)} />
                </p>
              </div>
            </li>
          ))}
        </ol>
      )}
    </Section>
  );
}

function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
