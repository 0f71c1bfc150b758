import { describe, expect, it } from '@jest/globals';
import { noKinship, verdictOn, type Kinship } from '../../../src/attribution/same-cluster.ts';

const verdict = (kinship: Partial<Kinship>) => verdictOn({ ...noKinship(), ...kinship });

describe('whether a log and a store are of one cluster', () => {
  it('is told by uids before anything else: new clusters agree in names and revisions', () => {
    expect(verdict({ uidHits: 40, hits: 1, misses: 99 })).toBe('same');
    expect(verdict({ uidMisses: 40, hits: 99, found: 300 })).toBe('other');
  });

  it('is told by the revisions that updates name', () => {
    expect(verdict({ hits: 30, misses: 2 })).toBe('same');
    expect(verdict({ hits: 1, misses: 60 })).toBe('other');
    expect(verdict({ outOfRange: 20 })).toBe('other');
  });

  it('is told by what was created, where nothing else speaks', () => {
    expect(verdict({ found: 80, missing: 20 })).toBe('same');
    expect(verdict({ found: 2, missing: 90 })).toBe('other');
  });

  it('stays open where the times do not meet', () => {
    expect(verdict({})).toBe('apart');
    expect(verdict({ missing: 2 })).toBe('apart');
  });
});
