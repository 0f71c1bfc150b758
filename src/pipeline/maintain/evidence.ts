import { join } from 'node:path';
import { isProblem, problem, type ErrorCatalogue } from '../../errors/problem.ts';
import type { EtcdConnection } from '../../etcd/connection.ts';
import { backupName, type Retention } from '../../maintenance/backup/name.ts';
import type { BackupStore } from '../../maintenance/backup/store.ts';
import type { Cluster } from '../../maintenance/cluster.ts';
import { nameOf, type AnsweringMember, type Seen } from '../../maintenance/plan/seen.ts';
import type { Evidence, EvidencePort } from '../../maintenance/ports.ts';
import type { ChurnReport } from '../../report/schema.ts';
import { openKept, openTemporary, temporaryShortage, type FreeSpace } from '../../sources/snapshot/spool-target.ts';
import type { RevisionClock } from '../../tally/revision-clock.ts';
import { bytes } from '../../words/units.ts';
import { triageLive } from '../member/triage.ts';
import type { SnapshotTriage } from '../offline/triage.ts';
import { spoolMember } from './spool-member.ts';

const evidenceErrors = {
  none: problem(
    'MAINTAIN_NO_EVIDENCE',
    (why: string) =>
      `nothing was changed, because the evidence could not be taken: ${why}; --evidence off goes on without`,
  ),
} satisfies ErrorCatalogue;

export interface EvidenceOptions {
  readonly connection: EtcdConnection;
  readonly cluster: Cluster;
  /** Keeps the snapshot. */
  readonly backup?: BackupStore;
  readonly retention: Retention;
  readonly free: FreeSpace;
  readonly version: string;
  readonly seed: number;
  readonly top: number;
  readonly now: () => number;
  readonly tell: (what: string, done?: number, total?: number) => void;
  /** The report of a database file. */
  readonly triageFile: (
    file: string,
    more: Required<Pick<SnapshotTriage, 'refine' | 'onClock'>>,
  ) => Promise<ChurnReport>;
}

/** What was kept, for the record. */
export interface KeptEvidence {
  readonly report: ChurnReport | null;
  readonly snapshot?: string;
  readonly sha256?: string;
  readonly bytes?: number;
}

/** One snapshot of a follower, spooled at line speed: the report is made of it, and with a directory it stays as a backup. */
export function createEvidence(options: EvidenceOptions): EvidencePort & { kept(): KeptEvidence } {
  let kept: KeptEvidence = { report: null };
  return {
    kept: () => kept,
    async obstacles(from) {
      const { backup, free } = options;
      if (backup === undefined) return [];
      const why =
        // Else it lies in the temporary directory before it is kept.
        (backup.spoolInto === undefined ? shortageFor(from, free) : undefined) ??
        (await backup.obstacle(roomFor(from)));
      return why === undefined
        ? []
        : [
            `--backup ${backup.place} cannot take it: ${why}; nothing was changed: mend that, name another place, or leave --backup out`,
          ];
    },
    async take(from, seen, signal) {
      try {
        const { evidence, ...found } = await takeFrom(from, seen, signal, options);
        kept = found;
        return evidence;
      } catch (error) {
        if (!isProblem(error) || signal.aborted) throw error;
        throw evidenceErrors.none(error.message);
      }
    },
  };
}

function roomFor({ state }: AnsweringMember): number {
  return Math.ceil(state.sizeBytes * 1.1);
}

/** Where the snapshot would lie in the temporary directory. */
function shortageFor({ state }: AnsweringMember, free: FreeSpace): string | undefined {
  const shortage = temporaryShortage(state.sizeBytes, free);
  return shortage && `${shortage}, or give --backup DIRECTORY`;
}

async function takeFrom(
  from: AnsweringMember,
  seen: Seen,
  signal: AbortSignal,
  options: EvidenceOptions,
): Promise<KeptEvidence & { readonly evidence: Evidence }> {
  const { backup, free, cluster } = options;
  const { spoolInto } = backup ?? {};
  const shortage = spoolInto === undefined ? shortageFor(from, free) : undefined;
  if (shortage !== undefined && backup === undefined) return census(from, shortage, options);
  if (shortage !== undefined) throw evidenceErrors.none(shortage);
  const name = backupName(from.state.clusterId, from.state.revision, options.now());
  const target = spoolInto === undefined ? openTemporary() : openKept(join(spoolInto, name));
  const { now, tell } = options;
  const taken = await spoolMember({
    ...{ target, signal, now, tell },
    member: cluster.member(from.id),
    state: from.state,
  });
  try {
    const file = target.finish();
    let clock: RevisionClock | undefined;
    const report = await options.triageFile(file, {
      onClock: (found) => (clock = found),
      refine: (counted) => ({
        ...counted,
        source: counted.source.map((source) => ({ ...source, kind: 'etcd', name: from.state.endpoint })),
        database: {
          sizeBytes: from.state.sizeBytes,
          inUseBytes: from.state.inUseBytes,
          quotaBytes: from.state.quotaBytes,
          quotaSource: from.state.quotaBytes === null ? 'unknown' : 'etcd',
          alarms: [...new Set(seen.alarms.map(({ alarm }) => alarm))],
        },
      }),
    });
    const evidence = {
      growthPerMinute: growthOf(report),
      history: {
        compactRevision: Math.max(0, ...report.source.map(({ compactRevision }) => compactRevision)),
        revisionBefore: (milliseconds: number) => revisionBefore(report, clock, milliseconds),
      },
    };
    const why = `${bytes(taken)} of ${nameOf(from)}, read and understood`;
    if (backup === undefined) return { report, evidence: { ...evidence, why } };
    options.tell(`keeping the backup in ${backup.place}`);
    const { at, sha256 } = await backup.keep(file, name, signal);
    const left = await prune(backup, from.state.clusterId, options);
    return {
      ...{ report, sha256, snapshot: at, bytes: taken },
      evidence: { ...evidence, why: `${why}, kept as ${at}${left}` },
    };
  } finally {
    target.discard();
  }
}

/** Older backups that stay harm nobody now, so that is told and no more. */
async function prune(backup: BackupStore, clusterId: string, { retention, now }: EvidenceOptions): Promise<string> {
  try {
    await backup.prune(clusterId, retention, now());
    return '';
  } catch (error) {
    return `, though older ones could not be removed (${error instanceof Error ? error.message : String(error)})`;
  }
}

/** No room for a file: who holds what can still be said, though not who wrote it how often. */
async function census(
  from: AnsweringMember,
  shortage: string,
  options: EvidenceOptions,
): Promise<KeptEvidence & { readonly evidence: Evidence }> {
  const { connection, top, seed, version, tell } = options;
  const report = await triageLive({
    ...{ top, seed, version },
    connection: { ...connection, endpoints: [from.state.endpoint] },
    triageFile: () => Promise.reject(new Error('there is no file')),
    onCensus: () => {},
    onProgress: tell,
    noSnapshot: shortage,
  });
  return {
    report,
    evidence: { why: `a census only: ${shortage}`, growthPerMinute: null },
  };
}

function growthOf({ clock, totals }: ChurnReport): number | null {
  const from = Date.parse(clock?.from ?? '');
  const to = Date.parse(clock?.to ?? '');
  const minutes = (to - from) / 60_000;
  return minutes > 0 ? totals.bytes / minutes : null;
}

/** By the time of the newest revision, not by our clock: the two may differ, and etcd may have been full for hours. */
function revisionBefore(
  report: ChurnReport,
  clock: RevisionClock | undefined,
  milliseconds: number,
): number | undefined {
  const newest = Math.max(...report.source.map(({ toRevision }) => toRevision));
  const at = clock?.timeOf(newest);
  if (at === undefined) return undefined;
  return clock?.revisionAt(at - milliseconds) ?? 0;
}
