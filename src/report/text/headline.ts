import type { Severity } from '../../model/finding.ts';
import { alarmMeaning } from '../alarms.ts';
import type { ChurnReport } from '../schema.ts';
import { writtenInWindow } from '../window.ts';
import { wrap } from './fit.ts';
import type { TextLayout } from './layout.ts';
import { printable } from '../../words/printable.ts';
import { count, counted } from '../../words/units.ts';

const severities = ['critical', 'warning', 'info'] as const satisfies readonly Severity[];

/** The first lines: what was found, and whether etcd still takes writes. */
export function headlineLines(report: ChurnReport, { width, paint }: TextLayout): string[] {
  const alarms = (report.database?.alarms ?? []).map((alarm) => `${printable(alarm)}: ${alarmMeaning(alarm)}.`);
  return [
    ...alarms.flatMap((alarm) => wrap(alarm, width)).map(paint.severity.critical),
    ...wrap(verdict(report), width).map(paint.strong),
  ];
}

function verdict({ counts, findings, totals, coverage }: ChurnReport): string {
  const writes = counted(writtenInWindow(totals), counts === 'attempts' ? 'attempt' : 'write');
  if (totals.writes === 0) return `No writes found${notSeenClause(coverage.notSeen)}.`;
  if (findings.length === 0) return `No known cause found among ${writes}${notSeenClause(coverage.notSeen)}.`;
  const bySeverity = severities
    .map((severity) => ({ severity, n: findings.filter((finding) => finding.severity === severity).length }))
    .filter(({ n }) => n > 0)
    .map(({ severity, n }) => `${count(n)} ${severity}`);
  const overlap = findings.length > 1 ? '; shares may overlap' : '';
  return `${counted(findings.length, 'cause')} found among ${writes}: ${bySeverity.join(', ')}${overlap}.`;
}

/** Silence must not pass for health, so the one sentence names what could not be looked at. */
function notSeenClause(notSeen: readonly string[]): string {
  if (notSeen.length === 0) return '';
  return `; not seen: ${notSeen.map((sentence) => printable(sentence).replace(/\.$/, '')).join('; ')}`;
}
