import { isProblem } from '../errors/problem.ts';
import { etcdErrors } from '../etcd/errors.ts';
import { listed } from '../words/listed.ts';
import { bytes } from '../words/units.ts';
import { beforeAndAfter, type MaintainedMember } from './before-and-after.ts';
import { compactVoters, historyOf } from './compact-voters.ts';
import { defragmentVoters } from './defragment-voters.ts';
import { openJournal, plannedSteps, type Journal, type JournalStep, type StepOutcome } from './journal.ts';
import { isOverBudget, memberLimits, whyLeftLarge } from './plan/decide.ts';
import { makePlan, type Plan } from './plan/make-plan.ts';
import { remedies } from './plan/remedies.ts';
import { armedFor, isAnswering, nameOf, votersOf, type Seen } from './plan/seen.ts';
import { evidenceSource, turnsOf } from './plan/turns.ts';
import type { Evidence, Lock, Ports } from './ports.ts';
import type { Progress } from './progress.ts';
import { askAgain } from './steps/ask-again.ts';
import { statusOnceItAnswers } from './steps/await-member.ts';
import { disarm } from './steps/disarm.ts';
import { codeOf } from './steps/outcomes.ts';
import { missingRights } from './steps/rights.ts';
import { verify, type Verification } from './steps/verify.ts';

export type Outcome = 'planned' | 'nothing-to-do' | 'done' | 'partial' | 'refused' | 'failed';

/** What came of it, whatever it was. */
export interface MaintenanceRun {
  readonly outcome: Outcome;
  readonly why: string;
  readonly budgetBytes: number | null;
  readonly members: readonly MaintainedMember[];
  readonly steps: readonly JournalStep[];
  readonly warnings: readonly string[];
  /** What remains for a person to do, one sentence each. */
  readonly remaining: readonly string[];
  readonly verification: Verification | null;
}

/** Looks and decides; --dry-run ends here, and so does a run within budget. */
export async function lookAndPlan(ports: Ports): Promise<{ seen: Seen; plan: Plan }> {
  const { settings, evidence } = ports;
  const seen = await lookOnceLed(ports);
  const plan = makePlan(seen, settings);
  const source = evidenceSource(seen);
  if (plan.decision !== 'act' || !source) return { seen, plan };
  const missing = await missingRights(source, ports);
  const obstacles = missing === undefined && settings.evidence ? await evidence.obstacles(source) : [];
  const why = missing ?? obstacles.join('; ');
  return why === '' ? { seen, plan } : { seen, plan: { ...plan, decision: 'refused', why, steps: [] } };
}

/** A cluster that has just lost its leader elects another within seconds; one that is not there is told at once. */
function lookOnceLed(ports: Ports): Promise<Seen> {
  return askAgain(
    () => ports.cluster.look(),
    ports,
    (error) => codeOf(error) === etcdErrors.noLeader.code,
  );
}

function lookAgain(ports: Ports): Promise<Seen> {
  return askAgain(() => ports.cluster.look(), ports);
}

export function plannedRun(seen: Seen, plan: Plan, { settings }: Pick<Ports, 'settings'>): MaintenanceRun {
  const outcome = plan.decision === 'act' ? 'planned' : plan.decision;
  return {
    ...beforeAndAfter([seen], settings, new Map()),
    outcome,
    why: plan.why,
    steps: plannedSteps(plan.steps),
    warnings: plan.warnings,
    remaining: [],
    verification: null,
  };
}

/** The whole of it. Throws a Problem only where nothing could be seen, or the lock could not be written. */
export async function maintain(ports: Ports): Promise<MaintenanceRun> {
  const first = await lookAndPlan(ports);
  if (first.plan.decision !== 'act') return plannedRun(first.seen, first.plan, ports);
  const journal = openJournal(ports.clock, ports.tell);
  const locked = await takeLock(first.seen.clusterId, journal, ports);
  if ('refusal' in locked)
    return {
      ...plannedRun(first.seen, first.plan, ports),
      outcome: 'refused',
      why: locked.refusal,
      steps: journal.steps,
    };
  try {
    return await underLock(first, locked.lock, journal, ports);
  } finally {
    await locked.lock.release();
  }
}

async function takeLock(
  clusterId: string,
  journal: Journal,
  ports: Ports,
): Promise<{ lock: Lock } | { refusal: string }> {
  let lock: Lock | undefined;
  const { result, why } = await journal.note('lock', undefined, async (): Promise<StepOutcome> => {
    try {
      lock = await ports.lock(clusterId);
      return { result: 'done', why: lock.why };
    } catch (error) {
      if (isProblem(error) && error.code === 'MAINTAIN_LOCKED') return { result: 'refused', why: error.message };
      throw error;
    }
  });
  return lock && result === 'done' ? { lock } : { refusal: why };
}

async function underLock(
  first: { readonly seen: Seen; readonly plan: Plan },
  lock: Lock,
  journal: Journal,
  ports: Ports,
): Promise<MaintenanceRun> {
  const progress: Progress = { turns: new Map(), defragmented: 0, growthPerMinute: 0, verification: null };
  let now = first;
  const end = async (outcome: Outcome, why: string): Promise<MaintenanceRun> => {
    const last = await ports.cluster.look().catch(() => now.seen);
    const { settings } = ports;
    return {
      ...beforeAndAfter([first.seen, now.seen, last], settings, progress.turns),
      outcome,
      why,
      steps: journal.steps,
      warnings: now.plan.warnings,
      remaining: remedies(last, settings, progress.growthPerMinute, outcome),
      verification: progress.verification,
    };
  };
  try {
    await awaitRunning(first.seen, journal, ports);
    now = await lookAndPlan(ports);
    const busy = now.seen.members.filter(({ defragmenting }) => defragmenting);
    if (busy.length > 0)
      return await end('failed', `a defragmentation of ${listed(busy.map(nameOf))} does not end: nothing was touched`);
    if (now.plan.decision === 'nothing-to-do') return await end('nothing-to-do', now.plan.why);
    if (now.plan.decision === 'refused') return await end('refused', now.plan.why);
    const evidence = await takeEvidence(now.seen, journal, ports);
    progress.growthPerMinute = evidence?.growthPerMinute ?? 0;
    const history = evidence?.history ?? (await historyOf(now.seen, ports));
    await compactVoters(now.seen, history, journal, ports, progress);
    if (!progress.halted) await defragmentVoters(turnsOf(now.seen), lock, journal, ports, progress);
    return await finish(now.seen, journal, ports, progress, end);
  } catch (error) {
    if (!isProblem(error)) throw error;
    return await end(isRefusal(error.code) ? 'refused' : 'failed', error.message);
  }
}

/** Nothing had been changed when it was met. */
function isRefusal(code: string): boolean {
  return code === 'MAINTAIN_NO_EVIDENCE';
}

async function awaitRunning(seen: Seen, journal: Journal, ports: Ports): Promise<void> {
  for (const { id, name } of seen.members.filter(({ defragmenting }) => defragmenting))
    await journal.note('wait-for-defragmentation', name, async (): Promise<StepOutcome> => {
      const status = await statusOnceItAnswers(id, ports);
      return status
        ? { result: 'done', why: `it has ended, the file has ${bytes(status.sizeBytes)}` }
        : { result: 'unknown', why: 'it does not end: look at that member before anything else' };
    });
}

async function takeEvidence(seen: Seen, journal: Journal, ports: Ports): Promise<Evidence | undefined> {
  const source = evidenceSource(seen);
  if (!ports.settings.evidence || !source) return undefined;
  let taken: Evidence | undefined;
  await journal.note('evidence', nameOf(source), async () => {
    taken = await ports.evidence.take(source, seen, ports.signal);
    return { result: 'done', why: taken.why };
  });
  return taken;
}

async function finish(
  before: Seen,
  journal: Journal,
  ports: Ports,
  progress: Progress,
  end: (outcome: Outcome, why: string) => Promise<MaintenanceRun>,
): Promise<MaintenanceRun> {
  const { halted } = progress;
  const seen = await lookAgain(ports).catch(() => {
    ports.signal.throwIfAborted();
    return undefined;
  });
  const armed = seen ? armedFor(seen, 'NOSPACE').length > 0 : armedFor(before, 'NOSPACE').length > 0;
  let disarmed = false;
  if (seen && armed) {
    const outcome = await journal.note('disarm', undefined, () => disarm(seen, progress.growthPerMinute, ports));
    disarmed = outcome.result === 'done';
    if (!disarmed)
      return end(
        halted?.outcome ?? (outcome.result === 'refused' ? 'refused' : 'failed'),
        [halted?.why, outcome.why].filter((why) => why !== undefined).join('; '),
      );
  }
  if (halted && !disarmed)
    return end(progress.defragmented > 0 && halted.outcome === 'refused' ? 'partial' : halted.outcome, halted.why);
  const proof = await journal.note('verify', undefined, () => verify(disarmed, ports));
  progress.verification = proof.verification;
  if (proof.result !== 'done') return end('failed', proof.why);
  if (halted) return end('partial', `${halted.why}; writes are accepted again`);
  const last = await lookAgain(ports);
  const over = overBudget(last, ports);
  if (over !== undefined) return end('partial', over);
  const left = whyLeftLarge(last, ports.settings);
  if (!disarmed) return end('done', left ?? 'every member is small again');
  return end('done', ['writes are accepted again', left].filter((why) => why !== undefined).join('; '));
}

function overBudget(seen: Seen, { settings }: Ports): string | undefined {
  const over = votersOf(seen)
    .filter(isAnswering)
    .filter((member) => {
      const limits = memberLimits(member, settings);
      return limits && isOverBudget(member, limits);
    });
  if (over.length === 0) return undefined;
  const each = over.map((member) => {
    const { sizeBytes, inUseBytes } = member.state;
    return `${nameOf(member)} still has ${bytes(sizeBytes)} (${bytes(inUseBytes)} in use)`;
  });
  return `${listed(each)}, above the budget`;
}
