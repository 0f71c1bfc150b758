import type { ChurnReport } from '../schema.ts';
import { splitStep } from '../step.ts';
import { widthOf } from './cell-width.ts';
import { labelled, padRight, shorten, wrap } from './fit.ts';
import type { TextLayout } from './layout.ts';
import { resourceName } from '../../model/resource.ts';
import { subjectName } from './names.ts';
import { printable } from '../../words/printable.ts';
import { shareBar } from './share-bar.ts';
import { count, counted, percent } from '../../words/units.ts';

type Finding = ChurnReport['findings'][number];

/** In full; those after them get a line each, so that the tables stay in reach. */
const inFull = 5;
const inBrief = 20;
const longestName = 400;

/** The ranked causes, one block each, blank lines between. Empty when nothing was found. */
export function causeLines({ findings }: ChurnReport, layout: TextLayout): string[] {
  const full = layout.wide ? findings : findings.slice(0, inFull);
  const lines = full.flatMap((finding, i) => [...(i === 0 ? [] : ['']), ...causeBlock(finding, i + 1, layout)]);
  const rest = findings.slice(full.length);
  if (rest.length === 0) return lines;
  const brief = rest.slice(0, inBrief).map((finding, i) => briefLine(finding, full.length + i + 1, layout));
  const hidden = rest.length - brief.length;
  return [
    ...lines,
    '',
    ...brief,
    layout.paint.faint(`   ${hidden > 0 ? `${count(hidden)} more; all` : 'all'} in full with -o wide`),
  ];
}

function causeBlock(finding: Finding, rank: number, layout: TextLayout): string[] {
  const { paint, width, wide } = layout;
  const indent = 3;
  const margin = ' '.repeat(indent);
  const head = `${finding.severity.toUpperCase()}  ${printable(finding.pattern)}`;
  const trust = `${finding.confidence} confidence`;
  const numbered = padRight(`${rank}.`, indent) + shorten(head, width - indent - trust.length - 2);
  const subject = printable(subjectName(finding.subject));
  const detail = (label: string, text: string): string[] =>
    text === ''
      ? []
      : labelled(label, printable(text), { indent, labelWidth: 9, width }).map(
          (line) => paint.faint(line.label) + line.text,
        );
  return [
    `${paint.severity[finding.severity](numbered)}${' '.repeat(Math.max(2, width - widthOf(numbered) - trust.length))}${paint.faint(trust)}`,
    ...wrap(wide ? subject : shorten(subject, longestName), width - indent).map((line) => margin + paint.strong(line)),
    `${margin}${paint.severity[finding.severity](shareBar(finding.share, finding.shareWithConsequences, 24))}  ${sharesOf(finding)}`,
    ...detail('why', finding.cause),
    ...detail('fields', some(finding.fields, 4, wide)),
    ...writersOf(finding, wide).flatMap((writer, i) => detail(i === 0 ? 'writers' : '', writer)),
    ...detail(
      'caused',
      some(
        finding.consequences.map((caused) => `${count(caused.writes)} writes of ${resourceName(caused)}`),
        4,
        wide,
      ),
    ),
    ...detail(
      'evidence',
      wide
        ? Object.entries(finding.evidence)
            .map(([name, value]) => `${name} ${String(value)}`)
            .join(', ')
        : '',
    ),
    ...detail('fix', finding.remedy.summary),
    ...finding.remedy.steps.flatMap((step, i) => stepLines(step, i + 1, layout)),
    ...finding.remedy.docs.flatMap((page, i) => detail(i === 0 ? 'read' : '', page)),
  ];
}

function stepLines(step: string, number: number, { width }: TextLayout): string[] {
  const { sentence, fragment } = splitStep(step);
  const indent = 12;
  const labelWidth = 3;
  const margin = ' '.repeat(indent + labelWidth);
  return [
    ...labelled(`${number}.`, printable(sentence), { indent, labelWidth, width }).map(
      ({ label, text }) => label + text,
    ),
    ...fragment.map((line) => margin + shorten(printable(line), width - margin.length)),
  ];
}

function sharesOf({ share, shareWithConsequences }: Finding): string {
  const own = `${percent(share)} of writes`;
  return shareWithConsequences > share ? `${own}, ${percent(shareWithConsequences)} with what it caused` : own;
}

function writersOf({ writers }: Finding, wide: boolean): string[] {
  const shown = wide ? writers : writers.slice(0, 3);
  const hidden = writers.length - shown.length;
  return [...shown.map((writer) => writerLine(writer, wide)), ...(hidden > 0 ? [`and ${count(hidden)} more`] : [])];
}

function writerLine({ name, kind, confidence, writes }: Finding['writers'][number], wide: boolean): string {
  const known = `${kind === 'user' ? 'user' : 'field manager'}, ${confidence} confidence`;
  return `${wide ? name : shorten(name, longestName)}: ${counted(writes, 'write')} (${known})`;
}

/** The first few, and how many are left out. Names are cut only where they are longer than Kubernetes allows. */
function some(items: readonly string[], atMost: number, all: boolean): string {
  if (all || items.length <= atMost) return items.map((item) => (all ? item : shorten(item, longestName))).join(', ');
  return `${items
    .slice(0, atMost)
    .map((item) => shorten(item, longestName))
    .join(', ')} and ${count(items.length - atMost)} more`;
}

function briefLine(finding: Finding, rank: number, { width, paint }: TextLayout): string {
  const head = `${padRight(`${rank}.`, 3)} ${padRight(finding.severity.toUpperCase(), 8)}`;
  const tail = percent(finding.shareWithConsequences);
  const room = width - widthOf(head) - widthOf(tail) - 4;
  const what = shorten(`${printable(finding.pattern)}: ${printable(subjectName(finding.subject))}`, room);
  return `${paint.severity[finding.severity](head)}  ${padRight(what, room)}  ${tail}`;
}
