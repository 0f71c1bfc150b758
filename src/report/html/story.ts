import { alarmMeaning } from '../alarms.ts';
import type { ChurnReport } from '../schema.ts';
import { count, counted, bytes, duration, perMinute, percent, toTheMinute } from '../../words/units.ts';
import { isMostlyOld, minutesOf, writtenInWindow } from '../window.ts';

/** The one sentence somebody remembers. */
export function headline({ counts, database, findings, totals }: ChurnReport): string {
  const alarms = database?.alarms ?? [];
  if (alarms.includes('CORRUPT')) return 'The members of this etcd disagree about their data.';
  const [worst] = findings;
  const cause = worst ? `${percent(worst.shareWithConsequences)} of its writes have one cause` : '';
  if (alarms.includes('NOSPACE'))
    return worst && isLarge(worst) ? `This etcd is full. ${cause}.` : 'This etcd is full and takes no more writes.';
  if (totals.writes === 0) return 'Nothing was written to this etcd.';
  if (!worst) return 'No known cause of churn was found.';
  return isLarge(worst)
    ? `${percent(worst.shareWithConsequences)} of all ${counts === 'attempts' ? 'attempts to write' : 'writes to this etcd'} have one cause.`
    : `Nothing dominates this etcd: its largest known cause makes ${percent(worst.shareWithConsequences)} of the writes.`;
}

const isLarge = ({ shareWithConsequences }: ChurnReport['findings'][number]): boolean => shareWithConsequences >= 0.1;

/** What happened, for somebody who does not know etcd: one paragraph of plain sentences. */
export function summary(report: ChurnReport): string[] {
  const { totals, findings, coverage } = report;
  const named = findings.length;
  return [
    ...(report.database?.alarms ?? []).map((alarm) => `${alarm}: ${alarmMeaning(alarm)}.`),
    writtenSentence(report),
    ...(totals.writes > 0 && named === 0
      ? ['None of the known patterns of churn explains them; the tables below show where they went.']
      : []),
    ...(named > 0 ? [`${counted(named, 'cause')} ${named === 1 ? 'was' : 'were'} found, with what to change.`] : []),
    ...(named > 1 ? ['Causes may overlap, as one may set off another, so their shares need not add up to 100 %.'] : []),
    ...(coverage.notSeen.length > 0
      ? [`${counted(coverage.notSeen.length, 'thing')} could not be seen, listed at the end.`]
      : []),
  ];
}

function writtenSentence(report: ChurnReport): string {
  const { totals, clock, counts } = report;
  if (totals.writes === 0) return 'The sources that were read hold no write.';
  const changed =
    counts === 'attempts'
      ? `${counted(totals.writes, 'attempt')} to write ${counted(totals.keys, 'object')} succeeded`
      : `${counted(totals.writes, 'write')} (${bytes(totals.bytes)}) went to ${counted(totals.keys, 'object')}`;
  const minutes = minutesOf(report);
  if (minutes !== undefined)
    return `In ${duration(minutes * 60_000)}, ${changed}: ${perMinute(writtenInWindow(totals) / minutes).replace('/min', ' a minute')}.`;
  if (isMostlyOld(report)) return `${changed}. Most are the last write of something long at rest, so no pace is given.`;
  return clock
    ? `${changed}, within too short a time to speak of a pace.`
    : `${changed}. Nothing stored tells the time, so when and how fast is not known.`;
}

/** `2026-03-01 02:00 to 14:51 UTC`. Empty where no time is known. */
export function windowText({ clock }: Pick<ChurnReport, 'clock'>): string {
  if (!clock) return '';
  const { from, to } = clock;
  if (from === null || to === null) return `${toTheMinute(from ?? to ?? '')} UTC`;
  const sameDay = from.slice(0, 10) === to.slice(0, 10);
  return `${toTheMinute(from)} to ${sameDay ? to.slice(11, 16) : toTheMinute(to)} UTC`;
}

/** `createsPerMinute` as `creates per minute`. */
export function plainWords(camelCase: string): string {
  return camelCase.replace(/(?<=[a-z\d])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

export function evidenceValue(value: number | string | boolean): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return value;
  return Number.isInteger(value) ? count(value) : String(value);
}
