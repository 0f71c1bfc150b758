import { describe, expect, it } from '@jest/globals';
import { catalogue } from '../../../src/patterns/catalogue.ts';
import type { Need } from '../../../src/patterns/define-pattern.ts';
import { configMap } from './objects.ts';
import { recording } from './recording.ts';
import { judge, type WorldOptions } from './world.ts';

const record = recording();
for (let i = 0; i < 3; i++) {
  record.wait(1);
  record.create(configMap(`settings-${i}`), 'kubectl-create');
}

const needing = (need: Need): string[] =>
  catalogue.filter(({ rules }) => Object.values(rules).some((rule) => rule.needs.includes(need))).map(({ id }) => id);

/** The patterns that a sentence says were not judged. */
const listedIn = (notSeen: readonly string[], reason: string): string[] =>
  notSeen
    .filter((sentence) => sentence.startsWith(reason))
    .flatMap((sentence) => sentence.replace(/^.*: not judged by /, '').split(', '));

describe('what a source cannot show', () => {
  it.each<[Need, string, WorldOptions]>([
    ['history', 'no values were read', { withoutValues: true }],
    ['time', 'no stored object tells the time', { withoutClock: true }],
    ['requests', 'no requests were read', {}],
  ])('is said with every pattern that needs %s, and only those', (need, reason, options) => {
    expect(listedIn(judge(record.writes, options).notSeen, reason)).toEqual(needing(need));
  });

  it('is not said where it can be judged', () => {
    const { notSeen } = judge(record.writes);
    expect(listedIn(notSeen, 'no values')).toEqual([]);
    expect(listedIn(notSeen, 'no stored object')).toEqual([]);
  });
});
