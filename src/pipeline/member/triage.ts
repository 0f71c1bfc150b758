import { isProblem, type Problem } from '../../errors/problem.ts';
import type { EtcdConnection } from '../../etcd/connection.ts';
import { readQuota } from '../../etcd/quota.ts';
import type { Counted } from '../../model/analysis.ts';
import type { DatabaseFacts } from '../../model/database.ts';
import { readCompactionNote } from '../../etcd/compaction-note.ts';
import type { CensusReport } from '../../report/text/census.ts';
import type { ThresholdSettings } from '../../patterns/find-causes.ts';
import type { ChurnReport } from '../../report/schema.ts';
import { takeCensus, type TakenCensus } from '../../sources/census/take-census.ts';
import { checkKept, freeSpace, type FreeSpace } from '../../sources/snapshot/spool-target.ts';
import { buildRevisionClock } from '../../tally/revision-clock.ts';
import { explain } from '../explain.ts';
import {
  censusShare,
  countedByCensus,
  createCensusCounts,
  namesCulpritsFrom,
  provisionalAnswer,
  type CensusCounts,
} from './census.ts';
import { connectMembers, type AnsweringMember, type LiveMembers } from './members.ts';
import { takeSnapshot } from './snapshot.ts';
import { watchLive } from './watch.ts';

export interface LiveTriage {
  readonly connection: EtcdConnection;
  /** Keep the snapshot as this file. */
  readonly save?: string;
  /** Why no snapshot is to be taken. */
  readonly noSnapshot?: string;
  /** Watch for so long. */
  readonly watchMs?: number;
  readonly top: number;
  readonly seed: number;
  readonly version: string;
  readonly thresholds?: ThresholdSettings;
  /** The report of a database file; `refine` says what is known besides of what was counted in it. */
  readonly triageFile: (file: string, refine: (counted: Counted) => Counted) => Promise<ChurnReport>;
  /** The report of the request logs alone, where there are any: what is left to tell who wrote when no snapshot came. */
  readonly triageRequests?: (refine: (counted: Counted) => Counted) => Promise<ChurnReport>;
  readonly onCensus: (answer: CensusReport) => void;
  readonly onProgress: (what: string, done?: number, total?: number) => void;
  /** Injected, since a full disk cannot be had in every test. */
  readonly free?: FreeSpace;
  /** Where a snapshot lies that is not kept; the system's own place unless told. */
  readonly temporary?: string;
}

/**
 * A live etcd -> the report: first the census, which answers within seconds, then the snapshot, read as a file. What fails
 * on the way is said in `coverage.notSeen` as long as anything is left to report; it throws where nothing is, or where
 * the snapshot was to be kept and could not be. Nothing is ever written to etcd.
 */
export async function triageLive(options: LiveTriage): Promise<ChurnReport> {
  const members = await connectMembers(options.connection);
  try {
    return await report(members, options);
  } finally {
    members.close();
  }
}

async function report(members: LiveMembers, options: LiveTriage): Promise<ChurnReport> {
  const { save, watchMs, free = freeSpace } = options;
  const chosen = members.answering[0]!;
  if (save !== undefined) checkKept(save, chosen.status.sizeBytes, free);
  const database = await databaseFacts(chosen, options.connection);

  const census = await censusOf(chosen, options);
  if (!isProblem(census)) options.onCensus(provisionalAnswer(census, chosen.member.endpoint.url, censusRows));

  const snapshot = await takeSnapshot(members.answering, { ...options, free });
  const live = watchMs === undefined ? undefined : await rates(members, database, watchMs, options);
  const notSeen = [
    ...members.silent,
    ...snapshot.notSeen,
    ...(isProblem(census) ? [`no census: ${census.message}`] : []),
    ...(live && 'whyNot' in live ? [live.whyNot] : []),
  ];
  const found = await (snapshot.taken
    ? fromSnapshot(snapshot.taken, database, notSeen, options)
    : withoutSnapshot(census, snapshot.failure, chosen, database, notSeen, options));
  return live && 'live' in live ? { ...found, live: live.live } : found;
}

const censusRows = 5;

type Census = TakenCensus<CensusCounts>;

async function censusOf({ member }: AnsweringMember, { seed, top, onProgress }: LiveTriage): Promise<Census | Problem> {
  try {
    return await takeCensus({
      readPage: (question) => member.range(question, 'the census'),
      begin: () => createCensusCounts(seed, Math.max(top, censusRows)),
      onPage: (keys) => onProgress(`census: ${keys} keys`),
    });
  } catch (error) {
    if (isProblem(error)) return error;
    throw error;
  }
}

async function databaseFacts({ member, status }: AnsweringMember, connection: EtcdConnection): Promise<DatabaseFacts> {
  const { sizeBytes, inUseBytes, alarms } = status;
  return { sizeBytes, inUseBytes, alarms, ...(await readQuota(member.endpoint, connection, status)) };
}

async function fromSnapshot(
  { file, at, release }: { readonly file: string; readonly at: string; release(): void },
  database: DatabaseFacts,
  notSeen: readonly string[],
  { triageFile }: LiveTriage,
): Promise<ChurnReport> {
  try {
    return await triageFile(file, (counted) => ({
      ...counted,
      source: counted.source.map((source) =>
        source.kind === 'snapshot' ? { ...source, kind: 'etcd', name: at } : source,
      ),
      database,
      notSeen: [...notSeen, ...counted.notSeen],
    }));
  } finally {
    release();
  }
}

async function withoutSnapshot(
  census: Census | Problem,
  failure: Problem | undefined,
  { member }: AnsweringMember,
  database: DatabaseFacts,
  notSeen: readonly string[],
  { top, version, thresholds, triageRequests }: LiveTriage,
): Promise<ChurnReport> {
  if (triageRequests)
    return triageRequests((counted) => ({ ...counted, database, notSeen: [...notSeen, ...counted.notSeen] }));
  if (isProblem(census)) throw failure ?? census;
  const compactRevision = (await readCompactionNote(member))?.revision ?? 0;
  const counted = countedByCensus(census, { name: member.endpoint.url, compactRevision, database });
  const full = explain({
    counted: { ...counted, notSeen: [...notSeen, ...counted.notSeen] },
    hasValues: false,
    changes: new Map(),
    clock: buildRevisionClock([]),
    top,
    version,
    ...(thresholds && { thresholds }),
  });
  if (censusShare(census) >= namesCulpritsFrom) return full;
  const why =
    'short-lived keys made most revisions, and a census sees none of them: nobody is named from it, a snapshot would tell';
  return { ...full, findings: [], coverage: { ...full.coverage, notSeen: [why, ...full.coverage.notSeen] } };
}

function rates(
  { answering }: LiveMembers,
  { alarms }: DatabaseFacts,
  durationMs: number,
  { top, seed, onProgress }: LiveTriage,
): ReturnType<typeof watchLive> {
  if (alarms.length > 0)
    return Promise.resolve({
      whyNot: `no live watch: ${alarms.join(' and ')} is armed, and a watch would burden that etcd`,
    });
  return watchLive({
    members: answering.map(({ member }) => member),
    durationMs,
    top,
    seed,
    onProgress: (done) => onProgress('watching', done, durationMs),
  });
}
