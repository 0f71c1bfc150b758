import type { JSX } from 'preact';
import type { ChurnReport } from '../schema.ts';
import { bytes, percent } from '../../words/units.ts';
import { tied } from './name.tsx';
import { Bar } from './share-bar.tsx';
import { Section } from './section.tsx';

type Database = NonNullable<ChurnReport['database']>;

/** How full the database is, and of what use a defragmentation would be. */
export function DatabaseSize({ database }: { readonly database: ChurnReport['database'] }): JSX.Element {
  return (
    <Section id="database" title="How full it is">
      {database ? <Gauge {...database} /> : <p>The sources that were read do not tell how large the database is.</p>}
    </Section>
  );
}

function Gauge({ sizeBytes, inUseBytes, quotaBytes, quotaSource, alarms }: Database): JSX.Element {
  const quota = quotaBytes === null || quotaBytes === 0 ? undefined : quotaBytes;
  const whole = Math.max(1, sizeBytes, quota ?? 0);
  const free = Math.max(0, sizeBytes - inUseBytes);
  const full = alarms.includes('NOSPACE') || (quota !== undefined && sizeBytes >= quota);
  const size = quota === undefined ? bytes(sizeBytes) : `${percent(sizeBytes / quota)} of the quota`;
  return (
    <>
      <p class="lead">
        <b class="figure">{size}</b>{' '}
        {quota === undefined
          ? `in the file; how much it may hold is not known (${quotaSource}).`
          : tied(`${bytes(sizeBytes)} of ${bytes(quota)} (${quotaSource}).`)}
      </p>
      <Bar
        label={`${bytes(inUseBytes)} in use and ${bytes(free)} free within a file of ${bytes(sizeBytes)}`}
        parts={[
          { share: inUseBytes / whole, tone: full ? 'critical' : 'info' },
          { share: free / whole, tone: full ? 'critical caused' : 'info caused' },
        ]}
      />
      <ul class="legend">
        <li>
          <i class={`swatch ${full ? 'critical' : 'info'}`} /> {bytes(inUseBytes)} in use
        </li>
        <li>
          <i class={`swatch ${full ? 'critical' : 'info'} caused`} /> {bytes(free)} free inside the file: a
          defragmentation gives it back
        </li>
        {quota !== undefined && quota > sizeBytes && (
          <li>
            <i class="swatch trough" /> {bytes(quota - sizeBytes)} to grow
          </li>
        )}
      </ul>
    </>
  );
}
