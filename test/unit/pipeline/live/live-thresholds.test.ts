import { describe, expect, it } from '@jest/globals';
import { liveThresholds, withThresholds } from '../../../../src/pipeline/live/live-thresholds.ts';

describe('thresholds of live watching', () => {
  it('give way to what the user says, one by one', () => {
    const both = withThresholds(liveThresholds, {
      'annotation-heartbeat': { changes: 5 },
      'bulk-reports': { perMinute: 1 },
    });
    expect(both['annotation-heartbeat']).toEqual({ ...liveThresholds['annotation-heartbeat'], changes: 5 });
    expect(both['bulk-reports']).toEqual({ perMinute: 1 });
    expect(both['event-flood']).toEqual(liveThresholds['event-flood']);
  });
});
