import { hashKeys, listAlarms, readThroughQuorum, writeProbe } from '../../etcd/maintenance-calls.ts';
import { listed } from '../../words/listed.ts';
import { duration } from '../../words/units.ts';
import type { StepOutcome } from '../journal.ts';
import { alarmNames, leaderOf } from '../plan/health.ts';
import { isAnswering, nameOf, votersOf, type AnsweringMember } from '../plan/seen.ts';
import type { Ports } from '../ports.ts';
import { askAgain } from './ask-again.ts';
import { soundCluster } from './gate.ts';
import { sentenceOf } from './outcomes.ts';

/** The proof that the database is back. */
export interface Verification {
  /** A probe was written and deleted again. */
  readonly writesAccepted: boolean;
  /** Every voter served a linearizable read. */
  readonly readable: boolean;
  /** Armed at the end: `NOSPACE of member-1`. */
  readonly alarms: readonly string[];
  /** How long it was watched whether the alarm comes back. */
  readonly watchedSeconds: number;
  /** Of every voter's keys at one revision. */
  readonly hashes: 'equal' | 'different' | 'not compared';
}

const callMillis = 15_000;
const between = 1_000;

/**
 * `watch`: an alarm was disarmed, so that it may come back. The list of alarms goes through raft: what members state of
 * themselves may be from before they heard of it. `verification` is null where it did not come to that.
 */
export async function verify(
  watch: boolean,
  ports: Ports,
): Promise<StepOutcome & { readonly verification: Verification | null }> {
  const { cluster, clock, pace, signal } = ports;
  const sound = await soundCluster(ports);
  if ('whyNot' in sound) return { result: 'failed', why: sound.whyNot, verification: null };
  const voters = votersOf(sound.seen).filter(isAnswering);
  const leader = cluster.member((leaderOf(sound.seen) ?? voters[0]!).id);
  const written = await whyFailed(() => writeProbe(leader, callMillis), ports);
  let armed = await askAgain(() => listAlarms(leader), ports);
  const began = clock.now();
  if (watch && written === undefined)
    while (armed.length === 0 && clock.now() - began < pace.rearmWatch) {
      ports.tell('watching whether the alarm comes back');
      await clock.wait(Math.min(between, pace.rearmWatch), signal);
      armed = await askAgain(() => listAlarms(leader), ports);
    }
  const watchedSeconds = Math.round((clock.now() - began) / 1000);
  const hashes = ports.verifyHash ? await compareHashes(voters, ports) : 'not compared';
  const unread = await unreadable(voters, ports);
  const alarms = alarmNames({ members: sound.seen.members, alarms: armed });
  const verification = {
    writesAccepted: written === undefined,
    readable: unread.length === 0,
    alarms,
    watchedSeconds,
    hashes,
  };
  const faults = [
    ...(written === undefined ? [] : [`a probe write was refused: ${written}`]),
    ...(alarms.length > 0 ? [`armed again: ${listed(alarms)}`] : []),
    ...unread,
    ...(hashes === 'different' ? ["the members' data differs: restore the one that deviates"] : []),
  ];
  if (faults.length > 0) return { result: 'failed', why: faults.join('; '), verification };
  const watched = watch ? `, no alarm within ${duration(pace.rearmWatch)}` : '';
  return { result: 'done', why: `a write was accepted, every voter can be read${watched}`, verification };
}

async function unreadable(voters: readonly AnsweringMember[], ports: Ports): Promise<string[]> {
  const asked = await Promise.all(
    voters.map(async (voter) => {
      const why = await whyFailed(() => readThroughQuorum(ports.cluster.member(voter.id)), ports);
      return why === undefined ? [] : [`${nameOf(voter)} cannot be read: ${why}`];
    }),
  );
  return asked.flat();
}

/** undefined where it succeeded. Throws where the run was stopped meanwhile. */
async function whyFailed(attempt: () => Promise<void>, ports: Ports): Promise<string | undefined> {
  try {
    await askAgain(attempt, ports);
    return undefined;
  } catch (error) {
    ports.signal.throwIfAborted();
    return sentenceOf(error);
  }
}

/** Comparable only at equal compactions: another compactor may come in between, so it is tried again. */
async function compareHashes(voters: readonly AnsweringMember[], { cluster }: Ports): Promise<Verification['hashes']> {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const { revision } = await cluster.member(voters[0]!.id).status();
    const hashes = await Promise.allSettled(voters.map(({ id }) => hashKeys(cluster.member(id), revision, 60_000)));
    const values = hashes.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    if (values.length < voters.length) continue;
    if (new Set(values.map(({ compactRevision }) => compactRevision)).size > 1) continue;
    return new Set(values.map(({ hash }) => hash)).size === 1 ? 'equal' : 'different';
  }
  return 'not compared';
}
