import type { JSX } from 'preact';
import type { ChurnReport } from '../schema.ts';
import { factsOf } from '../facts.ts';
import { Name } from './name.tsx';
import { Section } from './section.tsx';

/** What the report rests on, and what it could not see. */
export function Coverage({ report }: { readonly report: ChurnReport }): JSX.Element {
  const { notSeen } = report.coverage;
  return (
    <Section id="coverage" title="What this rests on">
      <dl class="facts">
        {factsOf(report, { all: true }).map(({ label, text }) => (
          <div>
            <dt>{label}</dt>
            <dd>
              <Name of={text} />
            </dd>
          </div>
        ))}
      </dl>
      <h3>What was not seen</h3>
      {notSeen.length === 0 ? (
        <p>Nothing that the sources could have shown was left out.</p>
      ) : (
        <ul>
          {notSeen.map((sentence) => (
            <li>
              <Name of={sentence} />
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
