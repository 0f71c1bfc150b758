import type { JSX } from 'preact';
import type { ChurnReport } from '../schema.ts';
import { count, toTheMinute } from '../../words/units.ts';
import { Name } from './name.tsx';
import { layersByRank, type Layer, type Ranked } from './ranks.ts';
import { Section } from './section.tsx';
import { tenth } from './share-bar.tsx';
import { scaleEnd, timelineColumns, type TimelineColumns } from './timeline-columns.ts';

/** Writes over the window, one layer for each of the foremost resources. Nothing where no source has an order of revisions. */
export function TimelineChart({
  report,
  ranked,
}: {
  readonly report: ChurnReport;
  readonly ranked: Ranked;
}): JSX.Element | null {
  const columns = report.timeline && timelineColumns(report.timeline, report.clock?.errorSeconds);
  if (!columns) return null;
  const layers = layersByRank(columns.layers, ranked);
  const perColumn = columns.layers[0]?.writes.length ?? 1;
  const scale = scaleOf(columns, perColumn);
  return (
    <Section id="timeline" title="When it was written">
      <figure>
        <div class="chart">
          <span class="top">{scale.top}</span>
          <span class="half">{scale.half}</span>
          <Areas layers={layers} top={scale.end} label={`${scale.unit} by resource, at most ${scale.top}`} />
        </div>
        <div class="ticks">
          {[0, 0.5, 1].map((part) => (
            <span>{tick(columns, part)}</span>
          ))}
        </div>
        <ul class="legend">
          {layers.map(({ rank, name }) => (
            <li>
              <i class={`swatch rank-${rank}`} /> <Name of={name} />
            </li>
          ))}
        </ul>
        <figcaption>
          {scale.unit}
          {columns.axis === 'revision'
            ? '; along the revisions of the store, as their times are not known.'
            : '. The area is what was written.'}
        </figcaption>
      </figure>
    </Section>
  );
}

/** By the minute where the axis is time; else by column. `end` is in writes of a column. */
function scaleOf({ axis, from, to, peak }: TimelineColumns, columns: number) {
  const minutes = axis === 'time' ? (to - from) / 60_000 / columns : 1;
  const end = scaleEnd(peak / minutes);
  const unit =
    axis === 'time' ? 'Writes a minute' : `Writes in each ${count(Math.round((to - from) / columns))} revisions`;
  return { unit, end: end * minutes, top: figure(end), half: figure(end / 2) };
}

const figure = (n: number): string => (n >= 1 ? count(Math.round(n * 10) / 10) : n.toPrecision(1));

function tick({ axis, from, to }: TimelineColumns, part: number): string {
  const at = from + (to - from) * part;
  if (axis === 'revision') return count(Math.round(at));
  const isLong = to - from > 24 * 3_600_000;
  const iso = new Date(at).toISOString();
  if (isLong) return toTheMinute(iso);
  return to - from > 10 * 60_000 ? iso.slice(11, 16) : iso.slice(11, 19);
}

const height = 1000;

/** Steps, not slopes: each column is one figure. */
function Areas({
  layers,
  top,
  label,
}: {
  readonly layers: readonly Layer[];
  readonly top: number;
  readonly label: string;
}) {
  const columns = layers[0]?.writes.length ?? 0;
  const floor = Array.from({ length: columns }, () => 0);
  const y = (n: number): number => tenth(height - (n / top) * height);
  return (
    <svg viewBox={`0 0 ${columns} ${height}`} preserveAspectRatio="none" role="img" aria-label={label}>
      {layers.map(({ rank, writes }) => {
        const below = floor.map(y);
        writes.forEach((n, i) => (floor[i] = (floor[i] ?? 0) + n));
        const above = floor.map(y);
        const forth = above.map((edge, i) => `V${edge}H${i + 1}`).join('');
        const back = below
          .map((edge, i) => `V${edge}H${i}`)
          .toReversed()
          .join('');
        return <path class={`rank-${rank}`} d={`M0 ${below[0]}${forth}${back}Z`} />;
      })}
    </svg>
  );
}
