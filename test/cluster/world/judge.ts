import type { ChurnReport } from '../../../src/report/schema.ts';
import type { Raised } from './record.ts';
import type { Expected, Finding } from './scenario.ts';

/** Whether a finding says what was planted of whom it was planted on. */
export const isMeant = (expected: Expected, { pattern, subject }: Finding): boolean =>
  pattern === expected.pattern &&
  Object.entries(expected.subject).every(([field, value]) => Reflect.get(subject, field) === value);

/** As the analyzer's log names a subject. */
export const pathOf = ({ resource, namespace, name }: Expected['subject']): string =>
  [resource, namespace, name].filter(Boolean).join('/');

export const isRaised = (expected: Expected, { pattern, subject }: Raised): boolean =>
  pattern === expected.pattern && subject === pathOf(expected.subject);

/** What an administrator would act on. */
export const accused = ({ findings }: ChurnReport): readonly Finding[] =>
  findings.filter(({ severity }) => severity !== 'info');

/** One line, for a test to compare and a person to read. */
export const inShort = ({ pattern, subject }: Pick<Finding, 'pattern'> & Pick<Expected, 'subject'>): string =>
  `${pattern} ${pathOf(subject)}`;

/** A side counts once one of its names is among the writers. */
export const missingSides = ({ writers }: Expected, found: Finding): readonly string[] =>
  writers
    .filter((names) => !found.writers.some(({ name }) => names.includes(name)))
    .map((names) => `${names.join(' or ')} among ${found.writers.map(({ name }) => name).join(', ')}`);
