import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { parseAcceptList } from '../../../src/config/accept-list.ts';
import { refusalOf } from './refusal.ts';

const patterns = ['pod-churn', 'event-flood'];
const parse = (text: string) => parseAcceptList({ text, file: 'accept.yaml', patterns });

const refusal = (text: string): string => refusalOf(() => parse(text));

const entry = `- pattern: pod-churn
  namespace: batch
  name: nightly-export
  reason: the export starts a pod for each shard
  expires: 2027-01-31
`;

describe('an accept list', () => {
  it('says of each entry what it accepts, why, and until when', () => {
    expect(parse(entry)).toEqual([
      {
        pattern: 'pod-churn',
        namespace: 'batch',
        name: 'nightly-export',
        reason: 'the export starts a pod for each shard',
        expires: '2027-01-31',
      },
    ]);
  });

  it('takes every value as the text it is', () => {
    expect(parse('- {name: 0x10, group: "", reason: yes, expires: 2027-01-31}')).toEqual([
      { name: '0x10', group: '', reason: 'yes', expires: '2027-01-31' },
    ]);
  });

  it.each(['', '# nothing yet\n', '---\n', '[]'])('may be empty: %j', (text) => {
    expect(parse(text)).toEqual([]);
  });

  it.each([
    ['no YAML', '- pattern: [', /^accept\.yaml:1: not YAML that can be read: /],
    ['a tab for indentation', `${entry}- name: x\n\treason: y\n`, /^accept\.yaml:7: not YAML/],
    ['a key twice', '- name: a\n  name: b\n', /^accept\.yaml:2: not YAML/],
    ['two documents', `${entry}---\n${entry}`, /one document only/],
    ['a mapping', 'pattern: pod-churn\n', /^accept\.yaml:1: an accept list is a list of entries/],
    ['text', 'pod-churn', /is a list of entries/],
    ['an entry that is text', `${entry}- pod-churn\n`, /^accept\.yaml:6: an accept list is a list/],
    ['an entry that is nothing', `${entry}-\n`, /an accept list is a list/],
    [
      'a field it does not know',
      `${entry}  owner: me\n`,
      /^accept\.yaml:6: "owner" means nothing here: there are pattern, group/,
    ],
    ['a field that is a list', '- name: [a, b]\n', /^accept\.yaml:1: name takes one plain value/],
    ['an alias', '- name: &n a\n  namespace: *n\n', /^accept\.yaml:2: namespace takes one plain value/],
    ['an empty name', '- name:\n', /^accept\.yaml:1: name is empty/],
    [
      'nothing to match',
      `${entry}- reason: all is well\n  expires: 2027-01-31\n`,
      /^accept\.yaml:6: this entry would accept every/,
    ],
    ['no reason', '- name: x\n  expires: 2027-01-31\n', /^accept\.yaml:1: this entry lacks reason/],
    ['no end', '- name: x\n  reason: y\n', /^accept\.yaml:1: this entry lacks expires: write expires: a day such as/],
    ['an end that is no day', '- name: x\n  reason: y\n  expires: 2027-02-30\n', /^accept\.yaml:3: .*not "2027-02-30"/],
    ['an end in words', '- expires: never\n', /^accept\.yaml:1: .*such as 2027-01-31, not "never"/],
    ['a pattern there is not', '- pattern: pod-chrun\n', /^accept\.yaml:1: no pattern is called "pod-chrun"/],
  ])('is refused, with the line, when it holds %s', (_, text, sentence) => {
    expect(refusal(text)).toMatch(sentence);
    expect(refusal(text)).not.toContain('\n');
  });

  it('is read or refused in one sentence, whatever it holds', () => {
    const piece = fc.constantFrom(
      '- ',
      'name',
      ': ',
      'x',
      '\n',
      '  ',
      '&a ',
      '*a',
      '[',
      '{',
      '"',
      '!!t ',
      '|',
      'expires',
      '---',
      '\t',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 24 }), (pieces) => {
        expect(refusal(pieces.join(''))).not.toContain('\n');
      }),
      { seed: 21, numRuns: 400 },
    );
  });
});
