import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { scaleEnd, timelineColumns } from '../../../src/report/html/timeline-columns.ts';

const at = (seconds: number): string => new Date(Date.UTC(2026, 2, 1) + seconds * 1000).toISOString();
const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);

describe('the columns of a timeline', () => {
  it('hold all that was written, however the bins lie', () => {
    const bin = fc.record({ seconds: fc.nat(300), writes: fc.nat(1_000) });
    fc.assert(
      fc.property(fc.array(bin, { minLength: 1, maxLength: 80 }), fc.nat(30), (bins, errorSeconds) => {
        const times = [at(0), ...bins.map((_, i) => at(sum(bins.slice(0, i + 1).map(({ seconds }) => seconds))))];
        const writes = bins.map((each) => each.writes);
        const edges = times.map((_, i) => i * 10);
        const columns = timelineColumns({ edges, times, resources: [{ prefix: '/a', writes }] }, errorSeconds);
        expect(sum(columns?.layers[0]?.writes ?? [])).toBeCloseTo(columns ? sum(writes) : 0, 4);
      }),
      { seed: 31, numRuns: 200 },
    );
  });

  it('lie along time where the times are known: as many writes in half the time stand twice as high', () => {
    const columns = timelineColumns({
      edges: [1, 101, 201],
      times: [at(0), at(200), at(300)],
      resources: [{ prefix: '/a', writes: [100, 100] }],
    })!;
    const [writes] = columns.layers.map((layer) => layer.writes);
    expect(columns.axis).toBe('time');
    expect(writes!.at(-1)! / writes![0]!).toBeCloseTo(2);
  });

  it('lie along revisions where a time is not known', () => {
    const columns = timelineColumns({
      edges: [1, 101, 201],
      times: [at(0), null, at(300)],
      resources: [{ prefix: '/a', writes: [100, 100] }],
    });
    expect(columns).toMatchObject({ axis: 'revision', from: 1, to: 201 });
  });

  it('are not narrower than the clock is wrong', () => {
    const timeline = { edges: [1, 101], times: [at(0), at(600)], resources: [{ prefix: '/a', writes: [100] }] };
    expect(timelineColumns(timeline, 30)?.layers[0]?.writes).toHaveLength(20);
    expect(timelineColumns(timeline, 1)?.layers[0]?.writes).toHaveLength(96);
  });

  it('are not drawn where nothing was written', () => {
    expect(timelineColumns({ edges: [1, 1], times: [null, null], resources: [] })).toBeUndefined();
    expect(
      timelineColumns({ edges: [1, 9], times: [null, null], resources: [{ prefix: '/a', writes: [0] }] }),
    ).toBeUndefined();
  });
});

describe('a scale', () => {
  it.each([
    [0.7, 0.8],
    [1, 1],
    [3.2, 4],
    [47, 50],
    [2_000, 2_000],
    [8_123, 10_000],
  ])('for a peak of %d ends at %d', (peak, end) => {
    expect(scaleEnd(peak)).toBeCloseTo(end);
  });
});
