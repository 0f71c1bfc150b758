import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type YAMLMap } from 'yaml';
import type { AcceptEntry } from '../model/accept.ts';
import { acceptErrors } from './accept-errors.ts';

const what = ['pattern', 'group', 'resource', 'namespace', 'name'] as const;
const known = [...what, 'reason', 'expires'] as const;
type Field = (typeof known)[number];

/** "" means something for these: the core group, no namespace. */
const mayBeEmpty: ReadonlySet<string> = new Set(['group', 'namespace']);

export interface AcceptText {
  readonly text: string;
  /** As errors name it. */
  readonly file: string;
  /** The ids there are. */
  readonly patterns: readonly string[];
}

/** A YAML list -> its entries, in their order; no entries where the text is empty. Throws acceptErrors, with file and line. */
export function parseAcceptList({ text, file, patterns }: AcceptText): AcceptEntry[] {
  const lines = new LineCounter();
  const at = (offset: number): string => `${file}:${lines.linePos(offset).line}`;
  // Failsafe: every value stays the text it is, so that a name of digits is no number.
  const document = parseDocument(text, { schema: 'failsafe', lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error) throw acceptErrors.notYaml(at(error.pos[0]), reasonOf(error));
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === '')) return [];
  if (!isSeq(contents)) throw acceptErrors.notList(at(offsetOf(contents)));
  return contents.items.map((item) => {
    const offset = offsetOf(item);
    if (!isMap(item)) throw acceptErrors.notList(at(offset === 0 ? offsetOf(contents) : offset));
    return entryOf(item, at, patterns);
  });
}

function entryOf(map: YAMLMap, at: (offset: number) => string, patterns: readonly string[]): AcceptEntry {
  const place = at(offsetOf(map));
  const fields: Partial<Record<Field, string>> = {};
  for (const { key, value } of map.items) {
    const here = at(offsetOf(key));
    const name = isScalar(key) ? String(key.value) : '';
    const field = known.find((each) => each === name);
    if (field === undefined) throw acceptErrors.unknownField(here, name, known.join(', '));
    if (!isScalar(value)) throw acceptErrors.notText(here, field);
    const text = String(value.value).trim();
    if (text === '' && !mayBeEmpty.has(field)) throw acceptErrors.emptyValue(here, field);
    if (field === 'expires' && !isDay(text)) throw acceptErrors.notDate(here, text);
    if (field === 'pattern' && !patterns.includes(text)) throw acceptErrors.unknownPattern(here, text);
    fields[field] = text;
  }
  const { reason, expires, ...rest } = fields;
  if (what.every((field) => rest[field] === undefined)) throw acceptErrors.acceptsAll(place, what.join(', '));
  if (reason === undefined) throw acceptErrors.lacks(place, 'reason', 'why this churn is wanted');
  if (expires === undefined) throw acceptErrors.lacks(place, 'expires', 'a day such as 2027-01-31');
  return { ...rest, reason, expires };
}

function offsetOf(node: unknown): number {
  return isNode(node) ? (node.range?.[0] ?? 0) : 0;
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'range' in value;

function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text); // not 2027-02-30
}

function reasonOf({ code, message }: { readonly code: string; readonly message: string }): string {
  if (code === 'MULTIPLE_DOCS') return 'one document only, so no second "---"';
  return message.split('\n')[0] ?? code;
}
