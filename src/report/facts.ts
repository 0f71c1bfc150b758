import { refusals } from './requests.ts';
import type { ChurnReport } from './schema.ts';
import { bytes, count, counted, duration, percent, toTheMinute } from '../words/units.ts';

export interface Fact {
  readonly label: string;
  readonly text: string;
}

/** What a report rests on, but for what was not seen: sources, database, how much was counted, when. `all` leaves nothing short. */
export function factsOf(report: ChurnReport, { all }: { readonly all: boolean }): Fact[] {
  return [
    ...report.source.map((source) => ({ label: 'source', text: sourceFact(source, report.counts) })),
    { label: 'database', text: databaseFact(report) },
    { label: 'totals', text: totalsFact(report) },
    { label: 'coverage', text: coverageFact(report) },
    { label: 'time', text: timeFact(report) },
    { label: 'undecoded', text: undecodedFact(report) },
    { label: 'carved', text: carvedFact(report, all) },
    { label: 'requests', text: requestsFact(report) },
  ].filter(({ text }) => text !== '');
}

function sourceFact(
  { kind, name, fromRevision, toRevision, compactRevision }: ChurnReport['source'][number],
  counts: ChurnReport['counts'],
): string {
  if (counts === 'attempts') return `${kind} ${name}`;
  const compacted = compactRevision > 0 ? `, compacted at ${compactRevision}` : '';
  return `${kind} ${name}, revisions ${fromRevision} to ${toRevision}${compacted}`;
}

function databaseFact({ database }: ChurnReport): string {
  if (!database) return '';
  const { sizeBytes, inUseBytes, quotaBytes, quotaSource } = database;
  const quota =
    quotaBytes === null || quotaBytes === 0
      ? 'quota unknown'
      : `${percent(sizeBytes / quotaBytes)} of the quota of ${bytes(quotaBytes)} (${quotaSource})`;
  const free = Math.max(0, sizeBytes - inUseBytes);
  const reclaimable =
    sizeBytes === 0
      ? ''
      : `; ${bytes(inUseBytes)} in use, a defragmentation now would free ${percent(free / sizeBytes)}`;
  return `${bytes(sizeBytes)}, ${quota}${reclaimable}`;
}

function totalsFact({ totals, counts }: ChurnReport): string {
  if (counts === 'attempts')
    return `${counted(totals.writes, 'attempt')} that succeeded (${counted(totals.deletes, 'deletion')}) on ${counted(totals.keys, 'object')}`;
  const { remainder = 0 } = totals;
  const left = remainder === 0 ? '' : `, ${count(remainder)} left by compaction`;
  return `${counted(totals.writes, 'write')} (${counted(totals.deletes, 'deletion')}${left}) of ${counted(totals.keys, 'key')}, ${bytes(totals.bytes)}`;
}

function coverageFact({ coverage, counts }: ChurnReport): string {
  if (counts === 'attempts') return 'unknown, as requests do not tell which of them made a revision';
  return `${count(coverage.counted)} of ${counted(coverage.growth, 'revision')} counted (${percent(coverage.ratio)})`;
}

function timeFact({ clock }: ChurnReport): string {
  if (!clock) return 'unknown, as nothing stored states one, and so are rates';
  const { from, to, errorSeconds } = clock;
  const error = errorSeconds === null ? '' : `, give or take ${duration(errorSeconds * 1000)}`;
  if (from === null || to === null) return `${toTheMinute(from ?? to ?? '')}Z${error}`;
  return `${toTheMinute(from)}Z to ${toTheMinute(to)}Z, ${duration(Date.parse(to) - Date.parse(from))}${error}`;
}

function undecodedFact({ undecoded: { encrypted, unknown } }: ChurnReport): string {
  const parts = [
    encrypted > 0 ? `${counted(encrypted, 'key')} encrypted at rest` : '',
    unknown > 0 ? `${counted(unknown, 'key')} in an unknown encoding` : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? '' : `${parts.join(', ')}: counted, but not read`;
}

function requestsFact({ requests }: ChurnReport): string {
  if (!requests) return '';
  const { succeeded, unchanged, rejected, sources, standing } = requests;
  const nothing = unchanged === null || unchanged === 0 ? '' : ` (${count(unchanged)} changed nothing)`;
  const codes = Object.entries(rejected)
    .sort((a, b) => b[1] - a[1])
    .map(([code, times]) => `${code === '0' ? 'other' : code} x ${count(times)}`);
  const refused = `${count(refusals(rejected))} refused${codes.length === 0 ? '' : ` (${codes.join(', ')})`}`;
  const foreign = standing === 'foreign' ? '; of another cluster than the writes' : '';
  return `${count(succeeded)} succeeded${nothing}, ${refused}, from ${sources.map(({ name }) => name).join(', ')}${foreign}`;
}

function carvedFact({ carved }: ChurnReport, all: boolean): string {
  if (!carved || carved.writes === 0) return '';
  const { fromRevision, toRevision, resources } = carved;
  const window = fromRevision === null || toRevision === null ? '' : `, revisions ${fromRevision} to ${toRevision}`;
  const named = all ? resources : resources.slice(0, 1);
  const most = named.map(({ prefix, writes }) => `${prefix} ${count(writes)}`).join(', ');
  return `${counted(carved.writes, 'write')} found in pages compaction had freed, in no count${window}${most === '' ? '' : `; ${all ? '' : 'most: '}${most}`}`;
}
