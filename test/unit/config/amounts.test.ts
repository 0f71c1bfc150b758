import { describe, expect, it } from '@jest/globals';
import { parseBudget, parseBytes, parseCount, parseShare } from '../../../src/config/amounts.ts';

describe('amounts on the command line', () => {
  it.each([
    ['80%', { share: 0.8 }],
    ['100 %', { share: 1 }],
    ['0.5%', { share: 0.005 }],
    ['6442450944', { bytes: 6_442_450_944 }],
    ['6GiB', { bytes: 6_442_450_944 }],
    ['6Gi', { bytes: 6_442_450_944 }],
    ['6GB', { bytes: 6e9 }],
    ['1.5m', { bytes: 1_500_000 }],
  ])('%s is a budget', (text, budget) => {
    expect(parseBudget('--budget', text)).toEqual(budget);
  });

  it.each(['0 %', '0%', '150%', '-5%', 'abc', '', '0', '-1', '1e9', '8 apples', 'NaN'])('%j is none', (text) => {
    expect(() => parseBudget('--budget', text)).toThrow(
      /^--budget takes a share of the quota above 0 % and up to 100 %/,
    );
  });

  it('a share is no number of bytes, nor the other way round', () => {
    expect(() => parseShare('--max-fragmentation', '5GiB')).toThrow(/takes a share/);
    expect(() => parseBytes('--quota', '80%')).toThrow(/takes bytes/);
    expect(parseShare('--max-fragmentation', '50%')).toBe(0.5);
    expect(parseBytes('--quota', '8589934592')).toBe(8_589_934_592);
  });

  it('a count is whole', () => {
    expect(parseCount('--backup-count', '0')).toBe(0);
    expect(() => parseCount('--backup-count', '1.5')).toThrow(/whole number/);
    expect(() => parseCount('--backup-count', '-1')).toThrow(/whole number/);
  });
});
