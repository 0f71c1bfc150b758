import { columnLines } from '../text/columns.ts';
import { labelled, wrap } from '../text/fit.ts';
import { resourceName } from '../../model/resource.ts';
import { subjectName } from '../text/names.ts';
import type { Palette } from '../text/palette.ts';
import { printable } from '../../words/printable.ts';
import { bytes, count, duration, percent } from '../../words/units.ts';
import type { MaintenanceRecord } from './schema.ts';

const width = 80;
const culpritsNamed = 3;

/** The record for a terminal, or for the log of a Job. */
export function recordText(record: MaintenanceRecord, paint: Palette): string {
  const sections = [
    headline(record, paint),
    members(record),
    steps(record),
    culprits(record),
    listOf('STILL TO DO', record.remaining),
    listOf('WARNINGS', record.warnings),
    backup(record),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

const verdicts: Readonly<Record<MaintenanceRecord['outcome'], string>> = {
  'nothing-to-do': 'Nothing to do',
  done: 'Done',
  partial: 'Partly done',
  refused: 'Refused',
  failed: 'Failed',
  planned: 'Dry run: nothing was changed. A run would act',
};

function headline({ outcome, why, verification }: MaintenanceRecord, paint: Palette): string[] {
  const sentence = wrap(`${verdicts[outcome]}: ${printable(why)}.`, width);
  const proof =
    verification === null
      ? []
      : wrap(
          `Proof: ${verification.writesAccepted ? 'a write was accepted' : 'NO write was accepted'}; ` +
            `${verification.readable ? 'every voter can be read' : 'NOT every voter can be read'}; ` +
            `alarms: ${verification.alarms.length === 0 ? 'none' : printable(verification.alarms.join(', '))}` +
            (verification.watchedSeconds > 0 ? `, watched for ${duration(verification.watchedSeconds * 1000)}` : '') +
            (verification.hashes === 'not compared' ? '.' : `; hashes: ${verification.hashes}.`),
          width,
        );
  return [...sentence.map((line) => paint.strong(line)), ...proof];
}

function members(record: MaintenanceRecord): string[] {
  if (record.members.length === 0) return [];
  return columnLines(
    record.members,
    [
      { head: 'MEMBER', of: ({ name, isLearner }) => (isLearner ? `${name} (learner)` : name) },
      { head: 'BEFORE', align: 'right', of: ({ sizeBefore }) => bytes(sizeBefore) },
      { head: 'AFTER', align: 'right', of: ({ sizeAfter }) => bytes(sizeAfter) },
      { head: 'IN-USE', align: 'right', of: ({ inUseAfter }) => bytes(inUseAfter) },
      { head: 'QUOTA', align: 'right', of: ({ quotaBytes }) => (quotaBytes === null ? '-' : bytes(quotaBytes)) },
      { head: 'BLOCKED', align: 'right', of: ({ blockedMs }) => (blockedMs === 0 ? '-' : milliseconds(blockedMs)) },
    ],
    width,
  );
}

function milliseconds(ms: number): string {
  return ms < 10_000 ? `${count(ms)} ms` : duration(ms);
}

function steps(record: MaintenanceRecord): string[] {
  return record.steps.flatMap(({ step, member, result, why, started, seconds }) => {
    const what = member === undefined ? step : `${step} ${member}`;
    const took = started === null || seconds < 0.1 ? '' : ` (${seconds.toFixed(1)} s)`;
    return labelled(result, `${printable(what)}${took}: ${printable(why)}`, { indent: 0, labelWidth: 9, width }).map(
      ({ label, text }) => label + text,
    );
  });
}

function culprits({ evidence: { report } }: MaintenanceRecord): string[] {
  if (report === null) return [];
  const found = report.findings
    .slice(0, culpritsNamed)
    .flatMap(({ pattern, subject, shareWithConsequences, cause, remedy }, i) => [
      ...wrap(
        `${i + 1}. ${pattern}: ${printable(subjectName(subject))}, ${percent(shareWithConsequences)} of writes`,
        width,
      ),
      ...labelled('why', printable(cause), { indent: 3, labelWidth: 5, width }).map(({ label, text }) => label + text),
      ...labelled('fix', printable(remedy.summary), { indent: 3, labelWidth: 5, width }).map(
        ({ label, text }) => label + text,
      ),
    ]);
  const most = report.resources
    .slice(0, culpritsNamed)
    .map((each) => `${printable(resourceName(each))} ${percent(each.share)}`)
    .join(', ');
  return [
    ...wrap(`WHO HAD FILLED IT (${count(report.totals.writes)} writes: ${most})`, width),
    ...(found.length > 0 ? found : ['no known cause was found']),
  ];
}

function backup({ evidence: { snapshot, sha256, restore = [] } }: MaintenanceRecord): string[] {
  if (snapshot === undefined) return [];
  return ['BACKUP', printable(snapshot), `sha256 ${sha256 ?? ''}`, ...restore.map((line) => `  ${printable(line)}`)];
}

function listOf(head: string, sentences: readonly string[]): string[] {
  if (sentences.length === 0) return [];
  return [
    head,
    ...sentences.flatMap((each) =>
      labelled('-', printable(each), { indent: 0, labelWidth: 2, width }).map(({ label, text }) => label + text),
    ),
  ];
}
