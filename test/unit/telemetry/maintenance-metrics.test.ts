import { describe, expect, it } from '@jest/globals';
import {
  createMaintenanceMetrics,
  mostMaintenanceSeries,
  type Look,
} from '../../../src/telemetry/maintenance-metrics.ts';

const start = Date.UTC(2030, 0, 1);
const seconds = (minutes: number): number => start / 1000 + minutes * 60;
const look = (outcome: Look['outcome'], minutes: number, members: Look['members'] = []): Look => {
  return { outcome, at: start + minutes * 60_000, members };
};
const member = (name: string) => ({ name, sizeBytes: 100, inUseBytes: 40, quotaBytes: name === 'a' ? 200 : null });

describe('the metrics of maintain --watch', () => {
  it('count looks by what came of them, and keep when one last went well: never, after a start', async () => {
    const metrics = createMaintenanceMetrics('1');
    metrics.looked(look('refused', 0));
    expect(await metrics.text()).toContain('kubechurn_maintenance_well_timestamp_seconds 0\n');
    metrics.looked(look('nothing-to-do', 1));
    for (const minutes of [2, 3]) metrics.looked(look('refused', minutes));
    metrics.looked(look('unreachable', 4));
    const text = await metrics.text();
    expect(text).toContain('kubechurn_maintenance_looks_total{outcome="refused"} 3\n');
    expect(text).toContain('kubechurn_maintenance_looks_total{outcome="failed"} 0\n');
    expect(text).toContain(`kubechurn_maintenance_well_timestamp_seconds ${seconds(1)}\n`);
    expect(text).toContain(`kubechurn_maintenance_look_timestamp_seconds ${seconds(4)}\n`);
  });

  it('say how large each member is, also while nobody can be reached, and forget who left', async () => {
    const metrics = createMaintenanceMetrics('1');
    metrics.looked(look('done', 1, [member('a'), member('b')]));
    metrics.looked(look('unreachable', 2));
    expect((await metrics.text()).match(/^kubechurn_maintenance_member_.*/gm)).toEqual([
      'kubechurn_maintenance_member_size_bytes{member="a"} 100',
      'kubechurn_maintenance_member_size_bytes{member="b"} 100',
      'kubechurn_maintenance_member_in_use_bytes{member="a"} 40',
      'kubechurn_maintenance_member_in_use_bytes{member="b"} 40',
      'kubechurn_maintenance_member_quota_bytes{member="a"} 200',
    ]);
    metrics.looked(look('nothing-to-do', 3, [member('b')]));
    expect(await metrics.text()).not.toContain('member="a"');
  });

  it('are no more than stated, whatever the etcd says of itself', async () => {
    const metrics = createMaintenanceMetrics('1');
    const crowd = Array.from({ length: 1000 }, (_, i) => ({ ...member(`m${i}`), quotaBytes: 1 }));
    metrics.looked(look('done', 1, crowd));
    const series = (await metrics.text()).match(/^\w.*/gm) ?? [];
    expect(series).toHaveLength(mostMaintenanceSeries);
  });
});
