import { describe, expect, it } from '@jest/globals';
import { compactionOf, keepsOf } from '../../../src/maintenance/plan/compaction.ts';
import { worthDefragmenting } from '../../../src/maintenance/plan/decide.ts';
import { blockedMillis, exceedsProbes } from '../../../src/maintenance/plan/estimate.ts';
import { limitsOf } from '../../../src/maintenance/plan/limits.ts';
import { isAnswering } from '../../../src/maintenance/plan/seen.ts';
import { nextTurn, transfereesOf, turnsOf } from '../../../src/maintenance/plan/turns.ts';
import { hazardsOf } from '../../../src/maintenance/plan/versions.ts';
import { cluster, GiB, idOf, MiB, settings, type MemberSketch } from './cluster.ts';

describe('which versions are dangerous', () => {
  it.each([
    ['3.6.8', []],
    ['3.6.4', ['catching-up', 'quota-unstated']],
    ['3.5.35', []],
    ['3.5.22', ['catching-up']],
    ['3.5.16', ['disk-full', 'catching-up']],
    ['3.5.2', ['inconsistency', 'crash', 'disk-full', 'catching-up', 'blocked']],
    ['3.4.38', []],
    ['3.4.23', ['disk-full', 'catching-up']],
    ['3.4.3', ['orphan', 'disk-full', 'catching-up', 'blocked']],
    ['3.3.27', ['orphan', 'disk-full', 'catching-up', 'blocked']],
    ['4.0.0', []],
    ['unknown', []],
  ])('%s', (version, kinds) => {
    expect(hazardsOf(version).map(({ kind }) => kind)).toEqual(kinds);
  });
});

describe('the line below which an alarm is disarmed', () => {
  const share = { share: 0.8 };
  it.each([
    ['5 % of the quota below it', 0, 0.95],
    ['ten minutes of growth below it where that is more', 0.01 * GiB, 0.9],
    ['a quarter below it at most, since growth is measured gross', GiB, 0.75],
  ])('%s', (_, growth, safe) => {
    expect(limitsOf(GiB, share, growth).safeBytes / GiB).toBeCloseTo(safe);
  });
});

describe('whether a member is worth its stall', () => {
  const worth = (sketch: MemberSketch, isArmed: boolean): boolean => {
    const [member] = cluster({ a: sketch }).members.filter(isAnswering);
    return worthDefragmenting(member!, limitsOf(2 * GiB, settings.budget), isArmed).worth;
  };
  it.each([
    ['10 % of the quota are free', { sizeBytes: GiB, inUseBytes: 0.79 * GiB }, false, true],
    ['less is free', { sizeBytes: GiB, inUseBytes: 0.81 * GiB }, false, false],
    ['above the budget, and all of it in use', { sizeBytes: 1.9 * GiB, inUseBytes: 1.9 * GiB }, false, false],
    ['little is free, but it clears an alarm', { sizeBytes: 1.95 * GiB, inUseBytes: 1.85 * GiB }, true, true],
    ['an alarm is armed, and this one is small already', { sizeBytes: 0.5 * GiB, inUseBytes: 0.5 * GiB }, true, false],
    ['an alarm is armed, and it would stay too large', { sizeBytes: 2 * GiB, inUseBytes: 1.95 * GiB }, true, false],
  ])('%s', (_, sketch, isArmed, expected) => {
    expect(worth(sketch, isArmed)).toBe(expected);
  });
});

describe('to which revision it compacts', () => {
  const seen = cluster(); // at revision 40,000
  const evidence = (revision: number | undefined, compactRevision = 0) => ({
    revisionBefore: () => revision,
    compactRevision,
  });
  const minutes = { milliseconds: 300_000 };
  it.each([
    ['the revision of five minutes ago', minutes, evidence(31_000), { revision: 31_000 }],
    ['none where all is younger', minutes, evidence(0), { skip: expect.stringMatching(/nothing is older/) }],
    ['none where that was compacted before', minutes, evidence(31_000, 31_000), { skip: expect.anything() }],
    [
      'all but 1,000 where no time is known',
      minutes,
      evidence(undefined),
      { revision: 39_000, why: expect.stringMatching(/no stored object/) },
    ],
    ['all but a tenth of a short history', minutes, evidence(undefined, 39_900), { revision: 39_990 }],
    ['all but 1,000 without evidence', minutes, undefined, { revision: 39_000 }],
    ['all but a number of revisions', { revisions: 10 }, undefined, { revision: 39_990 }],
    ['none where more are kept than there are', { revisions: 50_000 }, undefined, { skip: expect.anything() }],
  ] as const)('%s', (_, keep, found, expected) => {
    expect(compactionOf(seen, keep, found)).toMatchObject(expected);
  });

  it('keeps less only under NOSPACE, and only where nobody asked for just that', () => {
    expect(keepsOf(settings, true)).toEqual([minutes, { milliseconds: 60_000 }, 'least']);
    expect(keepsOf(settings, false)).toEqual([minutes]);
    expect(keepsOf({ keep: minutes, keepIsDefault: false }, true)).toEqual([minutes]);
  });
});

describe('who comes next', () => {
  it('is decided afresh: whoever leads now comes last', () => {
    const led = (by: string) =>
      cluster({ a: { leaderId: idOf(by) }, b: { leaderId: idOf(by) }, c: { leaderId: idOf(by) } });
    expect(turnsOf(led('a')).map(({ name }) => name)).toEqual(['b', 'c', 'a']);
    expect(turnsOf(led('b')).map(({ name }) => name)).toEqual(['a', 'c', 'b']);
  });

  it('follows the plan, but for whoever leads at that moment', () => {
    const seen = cluster();
    const next = (...waiting: string[]) => nextTurn(seen, waiting.map(idOf))?.name;
    expect([next('b', 'c', 'a'), next('a', 'c'), next('a'), next()]).toEqual(['b', 'c', 'a', undefined]);
  });

  it('hands the leadership to a voter that is done and has applied most, never to a learner', () => {
    const seen = cluster({ b: { raftAppliedIndex: 49_000 }, d: { isLearner: true, raftAppliedIndex: 60_000 } });
    expect(transfereesOf(seen, new Set([idOf('a')])).map(({ name }) => name)).toEqual(['c', 'b']);
    expect(transfereesOf(seen, new Set([idOf('a'), idOf('c')])).map(({ name }) => name)).toEqual(['b']);
  });
});

describe('how long a member is blocked', () => {
  it('is 15 s a GB until this run has measured better', () => {
    expect(blockedMillis(2e9)).toBe(30_000);
    expect(blockedMillis(2e9, { bytes: 1e9, milliseconds: 2_000 })).toBe(8_000);
    expect(blockedMillis(2e9, { bytes: 1e6, milliseconds: 1 })).toBe(30_000);
  });

  it('may take half of the patience of its probes', () => {
    expect(exceedsProbes(40_001, 80_000)).toBe(true);
    expect(exceedsProbes(40_000, 80_000)).toBe(false);
    expect(exceedsProbes(400_000, undefined)).toBe(false);
  });

  it('is little for a small database', () => {
    expect(blockedMillis(100 * MiB)).toBeLessThan(2_000);
  });
});
