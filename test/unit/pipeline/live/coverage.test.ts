import { describe, expect, it } from '@jest/globals';
import { createCoverage } from '../../../../src/pipeline/live/coverage.ts';

describe('coverage', () => {
  it('lays the revisions that were seen beside those there were', () => {
    const coverage = createCoverage();
    coverage.begin(10);
    for (const revision of [9, 11, 12, 14]) coverage.saw(revision, false);
    coverage.reached(20);
    expect(coverage.between(0, 20)).toEqual({ counted: 3, growth: 10 });
    expect(coverage.between(12, 14)).toEqual({ counted: 1, growth: 2 });
    expect(coverage.between(0, 8)).toEqual({ counted: 0, growth: 0 });
  });

  it('knows a store that is no etcd by objects that share a revision', () => {
    const coverage = createCoverage();
    coverage.begin(0);
    // The Events of one lease go in one revision.
    for (let i = 0; i < 50; i++) coverage.saw(5, true);
    expect(coverage.isEtcd).toBe(true);
    for (let i = 0; i < 20; i++) coverage.saw(6, false);
    expect(coverage.isEtcd).toBe(false);
  });

  it('counts on over what it no longer remembers in detail', () => {
    const coverage = createCoverage();
    coverage.begin(1_000);
    for (let revision = 1_001; revision <= 1_000_000; revision += 3) coverage.saw(revision, false);
    const [whole, recent] = [coverage.between(0, 900_000), coverage.between(800_000, 1_000_000)];
    coverage.forgetBefore(800_000);
    expect(coverage.between(0, 900_000)).toEqual(whole);
    expect(coverage.between(800_000, 1_000_000)).toEqual(recent);
    coverage.saw(1_001, false); // told again by a list: it was counted
    coverage.forgetBefore(900_000);
    expect(coverage.between(0, 1_000_000)).toEqual({ counted: 333_000, growth: 999_000 });
  });
});
