import { Counter, Gauge, Registry } from '@prometheus-io/client';
import type { Millis } from '../model/write.ts';

/** How one look of `maintain --watch` ended. */
export interface Look {
  /** Of the record; `planned` where acting is put off, `unreachable` where there is none. */
  readonly outcome: 'nothing-to-do' | 'done' | 'partial' | 'refused' | 'failed' | 'planned' | 'unreachable';
  readonly at: Millis;
  readonly members: readonly {
    readonly name: string;
    readonly sizeBytes: number;
    readonly inUseBytes: number;
    readonly quotaBytes: number | null;
  }[];
}

/** An etcd has seven at most, by its own advice. */
const mostMembers = 16;
const outcomes = ['nothing-to-do', 'done', 'partial', 'refused', 'failed', 'planned', 'unreachable'] as const;
/** Those of the outcomes, the two times and the version, and three of each member. */
export const mostMaintenanceSeries = outcomes.length + 3 + 3 * mostMembers;

/** What `maintain --watch` exposes. */
export function createMaintenanceMetrics(version: string) {
  const registry = new Registry();
  const registers = [registry];
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Gauge({ name: `kubechurn_${name}`, help, labelNames: [...labelNames], registers });
  const looks = new Counter({
    name: 'kubechurn_maintenance_looks_total',
    help: 'Looks at the etcd by what came of them',
    labelNames: ['outcome'],
    registers,
  });
  const last = gauge('maintenance_look_timestamp_seconds', 'When it looked last');
  const well = gauge(
    'maintenance_well_timestamp_seconds',
    'When a look last found nothing to do, or did it; 0 until one has',
  );
  const size = gauge('maintenance_member_size_bytes', "A member's file", ['member']);
  const inUse = gauge('maintenance_member_in_use_bytes', 'Of that in use, history included', ['member']);
  const quota = gauge('maintenance_member_quota_bytes', 'Its quota, where it is known', ['member']);
  gauge('build_info', 'The version that runs', ['version']).set({ version }, 1);
  for (const outcome of outcomes) looks.inc({ outcome }, 0);

  return {
    looked({ outcome, at, members }: Look): void {
      looks.inc({ outcome }, 1);
      last.set(at / 1000);
      if (outcome === 'done' || outcome === 'nothing-to-do') well.set(at / 1000);
      // Who is away keeps what it had: a look that reached nobody knows of no other size.
      if (members.length === 0) return;
      for (const each of [size, inUse, quota]) each.reset();
      for (const { name, sizeBytes, inUseBytes, quotaBytes } of members.slice(0, mostMembers)) {
        size.set({ member: name }, sizeBytes);
        inUse.set({ member: name }, inUseBytes);
        if (quotaBytes !== null) quota.set({ member: name }, quotaBytes);
      }
    },
    text: (): Promise<string> => registry.metrics(),
    contentType: registry.contentType,
  };
}
