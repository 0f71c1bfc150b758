import type { ChurnReport } from '../../../src/report/schema.ts';
import type { Expected, Finding } from './scenario.ts';

/** Whether a finding is about what was planted, whatever it says of it. */
export const isAbout = ({ subject }: Expected, found: Finding['subject']): boolean =>
  Object.entries(subject).every(([field, value]) => Reflect.get(found, field) === value);

export const isMeant = (expected: Expected, { pattern, subject }: Finding): boolean =>
  pattern === expected.pattern && isAbout(expected, subject);

/** What an administrator would act on. */
export const accused = ({ findings }: ChurnReport): readonly Finding[] =>
  findings.filter(({ severity }) => severity !== 'info');

/** One line for each finding, for a test to compare and a person to read. */
export const inShort = ({
  pattern,
  subject: { resource, namespace, name },
}: Pick<Finding, 'pattern' | 'subject'>): string =>
  [pattern, resource ?? 'reporter', namespace, name].filter((part) => part !== undefined && part !== '').join(' ');

/** A side counts once one of its names is among the writers. */
export const missingSides = ({ writers }: Expected, found: Finding): readonly string[] =>
  writers
    .filter((names) => !found.writers.some(({ name }) => names.includes(name)))
    .map((names) => `${names.join(' or ')} among ${found.writers.map(({ name }) => name).join(', ')}`);
