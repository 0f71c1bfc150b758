import { acceptSentence } from '../accept-words.ts';
import { factsOf, type Fact } from '../facts.ts';
import type { ChurnReport } from '../schema.ts';
import { labelled } from './fit.ts';
import type { TextLayout } from './layout.ts';
import { printable } from '../../words/printable.ts';

/** What the verdict rests on: the database, how much was counted, what was not seen and what is accepted. */
export function factLines(report: ChurnReport, { width, paint, wide }: TextLayout): string[] {
  const { findings, coverage, accepted = [] } = report;
  // without findings the verdict itself has named them
  const notSeen = findings.length > 0 ? coverage.notSeen : [];
  const facts = [
    ...factsOf(report, { all: wide }),
    ...listed('not seen', notSeen),
    ...listed('accepted', accepted.map(acceptSentence)),
  ];
  return facts
    .flatMap(({ label, text }) => labelled(label, printable(text), { indent: 0, labelWidth: 11, width }))
    .map(({ label, text }) => paint.faint(label) + text);
}

function listed(label: string, sentences: readonly string[]): Fact[] {
  return sentences.map((text, i) => ({ label: i === 0 ? label : '', text }));
}
