import type { StandingFinding } from '../model/batch.ts';
import { printable } from '../words/printable.ts';

/** What Kubernetes advises; from 256 on it cuts by itself. */
const longest = 120;

/** What happens, who does it and where to read more, in at most 120 characters. */
export function warningOf(finding: StandingFinding): string {
  const { pattern, writers, fields, perMinute } = finding;
  const where = `(docs/patterns/${pattern})`;
  const rate = perMinute === undefined ? '' : ` ${rounded(perMinute)}/min`;
  const names = writers.map(({ name }) => shortUser(name));
  const by = names.length === 0 ? '' : ` by ${names.slice(0, 2).join(' and ')}`;
  const [field] = fields;
  const subject = subjectName(finding);
  const what = field === undefined ? `${subject} is written${rate}` : `${field} of ${subject} is rewritten${rate}`;
  // The place to read more is worth more than the end of a long name.
  const room = longest - where.length - 'kubechurn:  '.length;
  // The API server drops a warning with a control character in it; fields of custom resources may have any name.
  return `kubechurn: ${cut(printable(`${what}${by}`), room)} ${where}`;
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, Math.max(0, length - 1))}…`;
}

function subjectName({ subject: { type, resource, name } }: StandingFinding): string {
  return type === 'object' || type === 'owner' ? `${resource}/${name}` : name;
}

/** A service account without the words that all have. */
function shortUser(name: string): string {
  return name.startsWith(serviceAccount) ? name.slice(serviceAccount.length).replace(':', '/') : name;
}

function rounded(rate: number): string {
  return rate < 10 ? String(Math.round(rate * 10) / 10) : String(Math.round(rate));
}

const serviceAccount = 'system:serviceaccount:';
