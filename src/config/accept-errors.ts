import { problem, type ErrorCatalogue } from '../errors/problem.ts';

/** `at` is a place in the file: `accept.yaml:7`. */
export const acceptErrors = {
  notYaml: problem('ACCEPT_NOT_YAML', (at: string, why: string) => `${at}: not YAML that can be read: ${why}`, 2),
  notList: problem(
    'ACCEPT_NOT_LIST',
    (at: string) => `${at}: an accept list is a list of entries, each starting with "- " and saying what it accepts`,
    2,
  ),
  unknownField: problem(
    'ACCEPT_UNKNOWN_FIELD',
    (at: string, field: string, known: string) => `${at}: "${field}" means nothing here: there are ${known}`,
    2,
  ),
  notText: problem('ACCEPT_NOT_TEXT', (at: string, field: string) => `${at}: ${field} takes one plain value`, 2),
  emptyValue: problem(
    'ACCEPT_EMPTY_VALUE',
    (at: string, field: string) => `${at}: ${field} is empty: fill or drop it`,
    2,
  ),
  acceptsAll: problem(
    'ACCEPT_ALL',
    (at: string, fields: string) => `${at}: this entry would accept every finding: give it one of ${fields}`,
    2,
  ),
  lacks: problem(
    'ACCEPT_LACKS',
    (at: string, field: string, example: string) => `${at}: this entry lacks ${field}: write ${field}: ${example}`,
    2,
  ),
  notDate: problem(
    'ACCEPT_NOT_DATE',
    (at: string, value: string) =>
      `${at}: expires is the last day on which it accepts, such as 2027-01-31, not "${value}"`,
    2,
  ),
  unknownPattern: problem(
    'ACCEPT_UNKNOWN_PATTERN',
    (at: string, pattern: string) => `${at}: no pattern is called "${pattern}": docs/patterns has a page for each`,
    2,
  ),
} satisfies ErrorCatalogue;
