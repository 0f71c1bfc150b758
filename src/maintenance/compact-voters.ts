import type { Journal, StepOutcome } from './journal.ts';
import { compactionOf, firstOf, keepsOf, type CompactionPlan } from './plan/compaction.ts';
import { armedFor, nameOf, type AnsweringMember, type Seen } from './plan/seen.ts';
import { evidenceSource, turnsOf } from './plan/turns.ts';
import type { History, Ports } from './ports.ts';
import type { Progress } from './progress.ts';
import { askAgain } from './steps/ask-again.ts';
import { compactMember } from './steps/compact.ts';
import { revisionBefore } from './steps/find-revision.ts';
import { settle } from './steps/settle.ts';
import { whyFull } from './why-full.ts';

/** Without a snapshot: when the revisions to keep began is asked of etcd itself. */
export async function historyOf(seen: Seen, { cluster, settings }: Ports): Promise<History | undefined> {
  const source = evidenceSource(seen);
  if (!source || 'revisions' in settings.keep) return undefined;
  const found = new Map<number, number>();
  for (const keep of keepsOf(settings, true)) {
    if (typeof keep === 'string' || 'revisions' in keep) continue;
    const revision = await revisionBefore(cluster.member(source.id), source.state.revision, keep.milliseconds);
    if (revision !== undefined) found.set(keep.milliseconds, revision);
  }
  return { compactRevision: 0, revisionBefore: (milliseconds) => found.get(milliseconds) };
}

/** Keeps less and less only as long as the database would stay full. */
export async function compactVoters(
  seen: Seen,
  history: History | undefined,
  journal: Journal,
  ports: Ports,
  progress: Progress,
): Promise<void> {
  const voters = turnsOf(seen);
  let current = seen;
  for (const keep of keepsOf(ports.settings, armedFor(seen, 'NOSPACE').length > 0)) {
    const compaction = compactionOf(current, keep, history);
    for (const member of voters) {
      const { result, why } = await journal.note('compact', nameOf(member), () =>
        compactOne(member, compaction, ports),
      );
      if (result !== 'failed' && result !== 'unknown') continue;
      progress.halted = { outcome: 'failed', why: `the compaction of ${nameOf(member)} failed: ${why}` };
      return;
    }
    const settled = await journal.note('settle', undefined, () => settle(voters, compaction, ports));
    if (settled.result !== 'done') {
      progress.halted = { outcome: 'failed', why: `the compaction failed: ${settled.why}` };
      return;
    }
    current = await askAgain(() => ports.cluster.look(), ports);
    if (whyFull(current, ports, progress) === undefined) return;
  }
}

async function compactOne({ id }: AnsweringMember, compaction: CompactionPlan, ports: Ports): Promise<StepOutcome> {
  if ('skip' in compaction) return { result: 'skipped', why: compaction.skip };
  // The last few are left to `settle`.
  const outcome = await compactMember(id, { ...compaction, revision: firstOf(compaction) }, ports);
  return outcome.result === 'done' ? { ...outcome, why: `${outcome.why}: ${compaction.why}` } : outcome;
}
