import type { ChurnReport } from '../schema.ts';
import { labelled } from './fit.ts';
import type { TextLayout } from './layout.ts';
import { printable } from './printable.ts';
import { bytes, count, counted, duration, percent } from './units.ts';

/** What the verdict rests on: the database, how much was counted, and what was not seen. */
export function factLines(report: ChurnReport, { width, paint, wide }: TextLayout): string[] {
  // without findings the verdict itself has named them
  const notSeen = report.findings.length > 0 ? report.coverage.notSeen : [];
  const facts: readonly (readonly [string, string])[] = [
    ...report.source.map((source) => ['source', sourceFact(source)] as const),
    ['database', databaseFact(report)],
    ['totals', totalsFact(report)],
    ['coverage', coverageFact(report)],
    ...notSeen.map((sentence, i) => [i === 0 ? 'not seen' : '', sentence] as const),
    ['time', timeFact(report)],
    ['undecoded', undecodedFact(report)],
    ['carved', carvedFact(report, wide)],
  ];
  return facts
    .filter(([, text]) => text !== '')
    .flatMap(([label, text]) => labelled(label, printable(text), { indent: 0, labelWidth: 11, width }))
    .map(({ label, text }) => paint.faint(label) + text);
}

function sourceFact({ kind, name, fromRevision, toRevision, compactRevision }: ChurnReport['source'][number]): string {
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

function totalsFact({ totals }: ChurnReport): string {
  return `${counted(totals.writes, 'write')} (${counted(totals.deletes, 'deletion')}) of ${counted(totals.keys, 'key')}, ${bytes(totals.bytes)}`;
}

function coverageFact({ coverage }: ChurnReport): string {
  return `${count(coverage.counted)} of ${counted(coverage.growth, 'revision')} counted (${percent(coverage.ratio)})`;
}

function timeFact({ clock }: ChurnReport): string {
  if (!clock) return 'unknown, as nothing stored states one, and so are rates';
  const { from, to, errorSeconds } = clock;
  const error = errorSeconds === null ? '' : `, give or take ${duration(errorSeconds * 1000)}`;
  if (from === null || to === null) return `${minute(from ?? to ?? '')}${error}`;
  return `${minute(from)} to ${minute(to)}, ${duration(Date.parse(to) - Date.parse(from))}${error}`;
}

/** `2026-03-01T02:59:07.123Z` as `2026-03-01 02:59Z`. */
function minute(iso: string): string {
  return `${iso.slice(0, 16).replace('T', ' ')}Z`;
}

function undecodedFact({ undecoded: { encrypted, unknown } }: ChurnReport): string {
  const parts = [
    encrypted > 0 ? `${counted(encrypted, 'key')} encrypted at rest` : '',
    unknown > 0 ? `${counted(unknown, 'key')} in an unknown encoding` : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? '' : `${parts.join(', ')}: counted, but not read`;
}

function carvedFact({ carved }: ChurnReport, wide: boolean): string {
  if (!carved || carved.writes === 0) return '';
  const { fromRevision, toRevision, resources } = carved;
  const window = fromRevision === null || toRevision === null ? '' : `, revisions ${fromRevision} to ${toRevision}`;
  const named = wide ? resources : resources.slice(0, 1);
  const most = named.map(({ prefix, writes }) => `${prefix} ${count(writes)}`).join(', ');
  return `${counted(carved.writes, 'write')} found in pages compaction had freed, in no count${window}${most === '' ? '' : `; ${wide ? '' : 'most: '}${most}`}`;
}
