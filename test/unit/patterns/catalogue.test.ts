import { readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { catalogue } from '../../../src/patterns/catalogue.ts';

const files = readdirSync(new URL('../../../src/patterns/catalogue/', import.meta.url)).map((file) =>
  file.replace(/\.ts$/, ''),
);

describe('the catalogue', () => {
  it('holds each pattern that has a file, under the name of its file', () => {
    expect(catalogue.map(({ id }) => id)).toEqual(files.sort());
  });

  it.each(catalogue.map((pattern) => [pattern.id, pattern] as const))(
    '%s can be explained, tuned and ended',
    (_, pattern) => {
      const { summary, steps, docs } = pattern.remedy(pattern.example);
      expect(summary).not.toBe('');
      expect(steps.length).toBeGreaterThan(1);
      for (const address of [...docs, ...pattern.references]) expect(address).toMatch(/^https:\/\//);
      expect(pattern.notThis.length).toBeGreaterThan(0);
      expect(Object.values(pattern.thresholds).every(({ doc }) => doc !== '')).toBe(true);
      for (const refined of pattern.refines ?? []) expect(catalogue.map(({ id }) => id)).toContain(refined);
    },
  );
});
