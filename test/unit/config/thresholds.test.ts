import { describe, expect, it } from '@jest/globals';
import { parseThresholds } from '../../../src/config/thresholds.ts';
import { refusalOf } from './refusal.ts';

const known = new Map([
  ['pod-churn', ['createsPerMinute', 'sustainedMinutes']],
  ['event-flood', ['perMinute']],
]);
const parse = (text: string) => parseThresholds({ text, file: 'thresholds.yaml', known });

const refusal = (text: string): string => refusalOf(() => parse(text));

describe('a file of thresholds', () => {
  it('says of each pattern which numbers to judge by instead of its own', () => {
    expect(
      parse('pod-churn:\n  createsPerMinute: 60\n  sustainedMinutes: 0.5\nevent-flood: { perMinute: 200 }\n'),
    ).toEqual({
      'pod-churn': { createsPerMinute: 60, sustainedMinutes: 0.5 },
      'event-flood': { perMinute: 200 },
    });
    expect(parse('')).toEqual({});
  });

  it.each([
    ['- pod-churn', 'thresholds.yaml:1: thresholds are written as'],
    ['pod-churn: 5', 'thresholds.yaml:1: thresholds are written as'],
    ['a: [', 'thresholds are written as'],
    [
      'pod-churn:\n  perMinute: 5',
      'thresholds.yaml:2: pod-churn has no threshold "perMinute": there are createsPerMinute',
    ],
    ['\npods: { perMinute: 5 }', 'thresholds.yaml:2: no pattern is called "pods"'],
    ['event-flood: { perMinute: -5 }', 'perMinute takes a number that is not negative, not "-5"'],
    ['event-flood: { perMinute: many }', 'not "many"'],
  ])('refuses %j with a sentence that says where and why', (text, sentence) => {
    expect(refusal(text)).toContain(sentence);
  });
});
