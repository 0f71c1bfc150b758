import type { JSX } from 'preact';
import type { ChurnReport } from '../schema.ts';
import { count, percent } from '../../words/units.ts';
import { Name } from './name.tsx';
import type { Ranked } from './ranks.ts';
import { Section } from './section.tsx';
import { Bar } from './share-bar.tsx';

const shown = 8;

/** What was written to, by share: a bar each for the foremost, one for the rest. */
export function Shares({ report, ranked }: { readonly report: ChurnReport; readonly ranked: Ranked }): JSX.Element {
  const { resources } = report;
  // one bar for one more would hide what it could name
  const cut = resources.length > shown + 1 ? shown : resources.length;
  const rest = resources.slice(cut);
  const rows = resources.slice(0, cut).map(({ prefix, share, writes }) => ({
    prefix,
    name: ranked.nameOf(prefix),
    share,
    writes,
  }));
  const others = {
    prefix: '',
    name: `${count(rest.length)} other resources`,
    share: Math.min(
      1,
      rest.reduce((sum, { share }) => sum + share, 0),
    ),
    writes: rest.reduce((sum, { writes }) => sum + writes, 0),
  };
  const all = rest.length > 0 ? [...rows, others] : rows;
  const longest = Math.max(...all.map(({ share }) => share), Number.MIN_VALUE);
  return (
    <Section id="shares" title="What was written to">
      <ul class="shares">
        {all.map(({ prefix, name, share, writes }) => (
          <li>
            <span class="what">
              <Name of={name} />
            </span>
            <Bar
              trough={false}
              label={`${percent(share)} of writes`}
              parts={[{ share: share / longest, tone: `rank-${ranked.rankOf(prefix)}` }]}
            />
            <span class="n">{percent(share)}</span> <span class="n faint">{count(writes)}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
