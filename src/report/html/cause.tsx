import type { JSX } from 'preact';
import type { ChurnReport } from '../schema.ts';
import { splitStep } from '../step.ts';
import { resourceName } from '../../model/resource.ts';
import { subjectName } from '../text/names.ts';
import { printable } from '../../words/printable.ts';
import { count, percent } from '../../words/units.ts';
import { breakable, Code, Name } from './name.tsx';
import { Bar } from './share-bar.tsx';
import { evidenceValue, plainWords } from './story.ts';
import { Table } from './table.tsx';

type Finding = ChurnReport['findings'][number];

/** One cause in full: who, how much, why, the evidence, and what to do. */
export function Cause({ finding, rank }: { readonly finding: Finding; readonly rank: number }): JSX.Element {
  const { pattern, severity, confidence, subject, cause, fields, writers, consequences, evidence } = finding;
  return (
    <article id={`cause-${rank}`} class={severity}>
      <header>
        <p class="kind">
          <b class="severity">{severity}</b> <Name of={pattern} /> <span class="faint">{confidence} confidence</span>
        </p>
        <h3>
          <Name of={subjectName(subject)} />
        </h3>
      </header>
      <Shares {...finding} />
      <p class="why">
        <Name of={cause} />
      </p>
      <Remedy remedy={finding.remedy} />
      {fields.length > 0 && (
        <Part title={fields.length === 1 ? 'The field' : 'The fields'}>
          <ul class="plain">
            {fields.map((field) => (
              <li>
                <Code of={field} />
              </li>
            ))}
          </ul>
        </Part>
      )}
      {writers.length > 0 && (
        <Table
          caption="Who wrote it"
          rows={writers}
          columns={[
            { head: 'Writer', of: ({ name }) => <Name of={name} /> },
            { head: 'Writes', numeric: true, of: ({ writes }) => count(writes) },
            { head: 'Known as', of: ({ kind }) => (kind === 'user' ? 'user' : 'field manager') },
            { head: 'Confidence', of: (writer) => writer.confidence },
          ]}
        />
      )}
      {consequences.length > 0 && (
        <Part title="What it caused">
          <ul class="plain">
            {consequences.map((caused) => (
              <li>
                {count(caused.writes)} writes of <Name of={resourceName(caused)} />
              </li>
            ))}
          </ul>
        </Part>
      )}
      {Object.keys(evidence).length > 0 && (
        <Part title="Evidence">
          <dl class="evidence">
            {Object.entries(evidence).map(([name, value]) => (
              <div>
                <dt>
                  <Name of={plainWords(name)} />
                </dt>
                <dd>
                  <Name of={evidenceValue(value)} />
                </dd>
              </div>
            ))}
          </dl>
        </Part>
      )}
    </article>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: JSX.Element }): JSX.Element {
  return (
    <div class="part">
      <h4>{title}</h4>
      {children}
    </div>
  );
}

function Shares({ severity, share, shareWithConsequences }: Finding): JSX.Element {
  const caused = Math.max(0, shareWithConsequences - share);
  return (
    <div class="weight">
      <b class="figure">{percent(shareWithConsequences)}</b>
      <div>
        <Bar
          label={`${percent(share)} of all writes, ${percent(shareWithConsequences)} with what it caused`}
          parts={[
            { share, tone: severity },
            { share: caused, tone: `${severity} caused` },
          ]}
        />
        <p class="faint">
          {caused > 0
            ? `of all writes: ${percent(share)} its own, the rest what it caused`
            : 'of all writes, all of them its own'}
        </p>
      </div>
    </div>
  );
}

function Remedy({ remedy: { summary, steps, docs } }: { readonly remedy: Finding['remedy'] }): JSX.Element {
  return (
    <div class="remedy">
      <h4>What to do</h4>
      <p>
        <Name of={summary} />
      </p>
      {steps.length > 0 && (
        <ol>
          {steps.map(splitStep).map(({ sentence, fragment }) => (
            <li>
              <Name of={sentence} />
              {fragment.length > 0 && <pre>{fragment.map(printable).join('\n')}</pre>}
            </li>
          ))}
        </ol>
      )}
      {docs.length > 0 && (
        <ul class="plain read">
          {docs.map((page) => (
            <li>
              <Page address={page} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** A link only where it leads to the web: an address may be made up. */
function Page({ address }: { readonly address: string }): JSX.Element {
  if (!/^https:\/\/[\w.-]+(\/[\w.~!$&'()*+,;=:@%/?#-]*)?$/.test(address)) return <Name of={address} />;
  return (
    <a href={address} rel="noreferrer">
      {breakable(address)}
    </a>
  );
}
