import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { parseMaintainOptions, type MaintainOptions } from '../../../src/commands/maintain-settings.ts';
import { maintainOnce } from '../../../src/commands/run-maintain.ts';
import { targetConnection } from '../../../src/commands/target-options.ts';
import { etcdConnection } from '../../../src/config/etcd-options.ts';
import type { Problem } from '../../../src/errors/problem.ts';
import { openCluster, type Cluster } from '../../../src/maintenance/cluster.ts';
import { maintenanceErrors } from '../../../src/maintenance/errors.ts';
import { maintenanceRecord, type MaintenanceRecord } from '../../../src/report/maintenance/schema.ts';

/** The command's own defaults, but for pauses that would only be waited out. */
const defaults: MaintainOptions = {
  budget: '80%',
  maxFragmentation: '50%',
  evidence: 'on',
  dryRun: false,
  watch: false,
  every: '1m',
  metricsHost: '127.0.0.1',
  acceptOutage: false,
  acceptVersionRisk: false,
  verifyHash: true,
  settle: '50ms',
  rearmWatch: '500ms',
  patience: '20s',
  output: 'json',
  dialTimeout: '2s',
  commandTimeout: '3s',
};

export interface MaintainWish extends Partial<MaintainOptions> {
  /** Told what is being done, as a terminal would show it. */
  readonly onDoing?: (what: string) => void;
  readonly signal?: AbortSignal;
  /** A call, by its path and the member's URL, that is to fail like this instead of being made: for what no real etcd does on demand. */
  readonly interfere?: (path: string, url: string) => Problem | undefined | Promise<Problem | undefined>;
  /** Bytes that the temporary directory has left, instead of what it has. */
  readonly freeBytes?: number;
  /** As from another machine: the members' disks cannot be seen. */
  readonly blindToDisks?: boolean;
}

/** Maintenance inside this process, on one thread and under a lock of its own; the record is checked against its schema. */
export async function maintained(etcd: string, wish: MaintainWish = {}): Promise<MaintenanceRecord> {
  const { onDoing = () => {}, signal = new AbortController().signal, interfere, ...others } = wish;
  const { blindToDisks = false, freeBytes, ...given } = others;
  const lock = join(tmpdir(), `kubechurn-test-${randomUUID()}.lock`);
  const options = { ...defaults, lock, etcd, ...given };
  const connection = etcdConnection(options, {});
  if (!connection) throw new Error('the test names no endpoint');
  const target = given.target === undefined ? { connection } : await targetConnection(options, {});
  const record = await maintainOnce({
    options,
    parsed: parseMaintainOptions(options),
    target,
    program: { version: '0.0.0', entry: new URL('../../../src/main.ts', import.meta.url) },
    signal,
    progress: { update: ({ what }) => onDoing(what) },
    extraThreads: 0,
    ...(freeBytes !== undefined && { free: () => freeBytes }),
    openCluster: (to, freeDisk) => {
      const cluster = openCluster(to, blindToDisks ? () => null : freeDisk);
      return interfere ? interfering(cluster, interfere) : cluster;
    },
  });
  return maintenanceRecord.parse(record);
}

function interfering(cluster: Cluster, interfere: NonNullable<MaintainWish['interfere']>): Cluster {
  return {
    ...cluster,
    member(id) {
      const member = cluster.member(id);
      const call: typeof member.call = async (path, ...rest) => {
        const failure = await interfere(path, member.endpoint.url);
        if (failure) throw failure;
        return member.call(path, ...rest);
      };
      return { ...member, call };
    },
  };
}

/** What SIGTERM does to the program. */
export function interruption(): { readonly signal: AbortSignal; interrupt(): void } {
  const controller = new AbortController();
  return { signal: controller.signal, interrupt: () => controller.abort(maintenanceErrors.interrupted('SIGTERM')) };
}

/** `defragment member-2: done`, one of each step. */
export function story({ steps }: Pick<MaintenanceRecord, 'steps'>): string[] {
  return steps.map(({ step, member, result }) => `${member === undefined ? step : `${step} ${member}`}: ${result}`);
}

/** Turns that began before the one before them had ended. */
export function overlapping({ steps }: MaintenanceRecord): string[] {
  const turns = steps.filter(({ step }) => step === 'defragment');
  return turns.flatMap(({ started, member }, i) => {
    const before = turns[i - 1];
    if (!before?.started || !started) return [];
    const ended = Date.parse(before.started) + before.seconds * 1000;
    return Date.parse(started) < ended - 2 ? [member ?? ''] : [];
  });
}
