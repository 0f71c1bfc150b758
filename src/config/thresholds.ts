import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import { problem, type ErrorCatalogue } from '../errors/problem.ts';

/** `at` is a place in the file: `thresholds.yaml:7`. */
const thresholdErrors = {
  notMap: problem(
    'THRESHOLDS_NOT_MAP',
    (at: string) => `${at}: thresholds are written as "pattern:" and below it, indented, "name: number"`,
    2,
  ),
  unknownPattern: problem(
    'THRESHOLDS_UNKNOWN_PATTERN',
    (at: string, pattern: string) => `${at}: no pattern is called "${pattern}": docs/patterns has a page for each`,
    2,
  ),
  unknownThreshold: problem(
    'THRESHOLDS_UNKNOWN_NAME',
    (at: string, pattern: string, name: string, known: string) =>
      `${at}: ${pattern} has no threshold "${name}": there are ${known}`,
    2,
  ),
  notNumber: problem(
    'THRESHOLDS_NOT_NUMBER',
    (at: string, name: string, value: string) => `${at}: ${name} takes a number that is not negative, not "${value}"`,
    2,
  ),
} satisfies ErrorCatalogue;

export interface ThresholdText {
  readonly text: string;
  /** As errors name it. */
  readonly file: string;
  /** Names of the thresholds of each pattern, by its id. */
  readonly known: ReadonlyMap<string, readonly string[]>;
}

/** YAML: numbers by threshold name, by pattern id; none where the text is empty. Throws thresholdErrors, with file and line. */
export function parseThresholds({ text, file, known }: ThresholdText): Record<string, Record<string, number>> {
  const lines = new LineCounter();
  const document = parseDocument(text, { schema: 'failsafe', lineCounter: lines, prettyErrors: false });
  const at = (node: unknown): string => {
    const offset = node instanceof Object && 'range' in node && Array.isArray(node.range) ? Number(node.range[0]) : 0;
    return `${file}:${lines.linePos(offset).line}`;
  };
  const { contents, errors } = document;
  if (errors[0]) throw thresholdErrors.notMap(`${file}:${lines.linePos(errors[0].pos[0]).line}`);
  if (contents === null || (isScalar(contents) && contents.value === '')) return {};
  if (!isMap(contents)) throw thresholdErrors.notMap(at(contents));
  return Object.fromEntries(
    contents.items.map(({ key, value }) => {
      const pattern = textOf(key);
      const names = known.get(pattern);
      if (!names) throw thresholdErrors.unknownPattern(at(key), pattern);
      if (!isMap(value)) throw thresholdErrors.notMap(at(key));
      const settings = value.items.map((item): [string, number] => {
        const name = textOf(item.key);
        const number = textOf(item.value);
        if (!names.includes(name))
          throw thresholdErrors.unknownThreshold(at(item.key), pattern, name, names.join(', '));
        if (!/^\d+(\.\d+)?$/.test(number)) throw thresholdErrors.notNumber(at(item.key), name, number);
        return [name, Number(number)];
      });
      return [pattern, Object.fromEntries(settings)];
    }),
  );
}

const textOf = (node: unknown): string => (isScalar(node) ? String(node.value) : '');
