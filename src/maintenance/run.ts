import { isProblem } from '../errors/problem.ts';
import { listed } from '../words/listed.ts';
import { bytes, duration } from '../words/units.ts';
import { openJournal, plannedSteps, type Journal, type JournalStep, type StepOutcome } from './journal.ts';
import { compactionOf, firstOf, keepsOf, type CompactionPlan } from './plan/compaction.ts';
import { memberLimits, worthDefragmenting } from './plan/decide.ts';
import { blockedMillis, exceedsProbes } from './plan/estimate.ts';
import { leaderOf } from './plan/health.ts';
import { makePlan, type Plan } from './plan/make-plan.ts';
import { remedies } from './plan/remedies.ts';
import { armedFor, isAnswering, nameOf, votersOf, type AnsweringMember, type Seen } from './plan/seen.ts';
import { evidenceSource, nextTurn, turnsOf } from './plan/turns.ts';
import type { Evidence, Lock, Ports } from './ports.ts';
import { statusOnceItAnswers } from './steps/await-member.ts';
import { compactMember } from './steps/compact.ts';
import { defragmentMember } from './steps/defragment.ts';
import { disarm } from './steps/disarm.ts';
import { soundCluster } from './steps/gate.ts';
import { moveLeadership } from './steps/move-leader.ts';
import { settle } from './steps/settle.ts';
import { verify, type Verification } from './steps/verify.ts';

export type Outcome = 'planned' | 'nothing-to-do' | 'done' | 'partial' | 'refused' | 'failed';

export interface MaintainedMember {
  readonly id: string;
  readonly name: string;
  readonly isLearner: boolean;
  readonly sizeBefore: number;
  readonly sizeAfter: number;
  readonly inUseBefore: number;
  readonly inUseAfter: number;
  readonly quotaBytes: number | null;
  /** Of its turn. */
  readonly seconds: number;
  /** From the call until it answered again. */
  readonly blockedMs: number;
}

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
  const { cluster, settings, evidence } = ports;
  const seen = await cluster.look();
  const plan = makePlan(seen, settings);
  if (plan.decision !== 'act' || !settings.evidence) return { seen, plan };
  const source = evidenceSource(seen);
  const obstacles = source ? evidence.obstacles(source) : [];
  return obstacles.length === 0
    ? { seen, plan }
    : { seen, plan: { ...plan, decision: 'refused', why: obstacles.join('; '), steps: [] } };
}

export function plannedRun(seen: Seen, plan: Plan, { settings }: Pick<Ports, 'settings'>): MaintenanceRun {
  const outcome = plan.decision === 'act' ? 'planned' : plan.decision;
  return { ...facts(seen, seen, settings, new Map()), outcome, why: plan.why, steps: plannedSteps(plan.steps), warnings: plan.warnings, remaining: [], verification: null };
}

/** The whole of it. Throws a Problem only where nothing could be seen, or the lock could not be written. */
export async function maintain(ports: Ports): Promise<MaintenanceRun> {
  const first = await lookAndPlan(ports);
  if (first.plan.decision !== 'act') return plannedRun(first.seen, first.plan, ports);
  const clusterId = first.seen.members.find(isAnswering)?.state.clusterId ?? '0';
  const journal = openJournal(ports.clock, ports.tell);
  const locked = await takeLock(clusterId, journal, ports);
  if ('refusal' in locked)
    return { ...plannedRun(first.seen, first.plan, ports), outcome: 'refused', why: locked.refusal, steps: journal.steps };
  try {
    return await underLock(first, locked.lock, journal, ports);
  } finally {
    locked.lock.release();
  }
}

async function takeLock(clusterId: string, journal: Journal, ports: Ports): Promise<{ lock: Lock } | { refusal: string }> {
  let lock: Lock | undefined;
  const { result, why } = await journal.note('lock', undefined, async (): Promise<StepOutcome> => {
    try {
      lock = ports.lock(clusterId);
      return { result: 'done', why: 'nobody else holds it' };
    } catch (error) {
      if (isProblem(error) && error.code === 'MAINTAIN_LOCKED') return { result: 'refused', why: error.message };
      throw error;
    }
  });
  return lock && result === 'done' ? { lock } : { refusal: why };
}

/** What the steps add up to, as they go. */
interface Progress {
  readonly turns: Map<string, { seconds: number; blockedMs: number }>;
  /** Why no further member may be touched. */
  halted?: { readonly outcome: 'failed' | 'refused'; readonly why: string };
  defragmented: number;
  growthPerMinute: number;
  verification: Verification | null;
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
      ...facts(first.seen, last, settings, progress.turns),
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
    if (now.plan.decision === 'nothing-to-do') return await end('nothing-to-do', now.plan.why);
    if (now.plan.decision === 'refused') return await end('refused', now.plan.why);
    const evidence = await takeEvidence(now.seen, journal, ports);
    progress.growthPerMinute = evidence?.growthPerMinute ?? 0;
    await compactAll(now.seen, evidence, journal, ports, progress);
    if (!progress.halted) await defragmentAll(turnsOf(now.seen), lock, journal, ports, progress);
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

/** Keeps less and less only as long as the database would stay full. */
async function compactAll(
  seen: Seen,
  evidence: Evidence | undefined,
  journal: Journal,
  ports: Ports,
  progress: Progress,
): Promise<void> {
  const voters = turnsOf(seen);
  let current = seen;
  for (const keep of keepsOf(ports.settings, armedFor(seen, 'NOSPACE').length > 0)) {
    const compaction = compactionOf(current, keep, evidence);
    for (const member of voters) {
      const { result, why } = await journal.note('compact', nameOf(member), () => compactOne(member, compaction, ports));
      if (result !== 'failed' && result !== 'unknown') continue;
      progress.halted = { outcome: 'failed', why: `the compaction of ${nameOf(member)} failed: ${why}` };
      return;
    }
    const settled = await journal.note('settle', undefined, () => settle(voters, compaction, ports));
    if (settled.result !== 'done') {
      progress.halted = { outcome: 'failed', why: `the compaction failed: ${settled.why}` };
      return;
    }
    current = await ports.cluster.look();
    if (overLine(current, ports, progress) === undefined) return;
  }
}

async function compactOne({ id }: AnsweringMember, compaction: CompactionPlan, ports: Ports): Promise<StepOutcome> {
  if ('skip' in compaction) return { result: 'skipped', why: compaction.skip };
  // The last few are left to `settle`.
  const outcome = await compactMember(id, { ...compaction, revision: firstOf(compaction) }, ports);
  return outcome.result === 'done' ? { ...outcome, why: `${outcome.why}: ${compaction.why}` } : outcome;
}

/** One member at a time, who is next being decided afresh before each turn. */
async function defragmentAll(
  planned: readonly AnsweringMember[],
  lock: Lock,
  journal: Journal,
  ports: Ports,
  progress: Progress,
): Promise<void> {
  const { settings, pace, clock, signal } = ports;
  let sound = await soundCluster(ports);
  const done = new Set<string>();
  let measured: { bytes: number; milliseconds: number } | undefined;
  for (;;) {
    if ('whyNot' in sound) {
      progress.halted = { outcome: 'failed', why: sound.whyNot };
      return;
    }
    const { seen } = sound;
    const full = overLine(seen, ports, progress);
    if (full !== undefined) {
      progress.halted = { outcome: 'refused', why: full };
      return;
    }
    const waiting = planned.map(({ id }) => id).filter((id) => !done.has(id));
    const member = nextTurn(seen, waiting);
    if (!member) return;
    const limits = memberLimits(member, settings, progress.growthPerMinute);
    const isArmed = armedFor(seen, 'NOSPACE').length > 0;
    const { worth, why } = limits ? worthDefragmenting(member, limits, isArmed) : { worth: false, why: 'its quota is unknown' };
    const estimate = blockedMillis(member.state.inUseBytes, measured);
    if (!worth) {
      await journal.note('defragment', nameOf(member), async () => ({ result: 'skipped', why }));
      done.add(member.id);
      continue;
    }
    const unsafe = whyUnsafe(member, estimate, ports);
    if (unsafe !== undefined) {
      await journal.note('defragment', nameOf(member), async () => ({ result: 'refused', why: unsafe }));
      progress.halted = { outcome: 'refused', why: unsafe };
      return;
    }
    if (leaderOf(seen)?.id === member.id && votersOf(seen).length > 1) {
      const moved = await journal.note('move-leader', nameOf(member), () => moveLeadership(member, seen, new Set(waiting), ports));
      if (moved.result !== 'done' && !settings.acceptOutage) {
        progress.halted = { outcome: 'failed', why: `${moved.why}; with --accept-outage it is defragmented while it leads` };
        return;
      }
      sound = await soundCluster(ports);
      if ('whyNot' in sound) continue;
    }
    signal.throwIfAborted();
    if (!lock.isHeld()) {
      progress.halted = { outcome: 'failed', why: 'somebody else took the lock over, because this process had stopped: run it again' };
      return;
    }
    const began = clock.now();
    ports.tell(`defragmenting ${nameOf(member)}, at most ${duration(estimate)}`);
    const turn = await journal.note('defragment', nameOf(member), () => defragmentMember(member, ports));
    progress.turns.set(member.id, { seconds: (clock.now() - began) / 1000, blockedMs: turn.blockedMs });
    done.add(member.id);
    if (turn.result === 'unknown' || turn.result === 'failed') {
      progress.halted = { outcome: 'failed', why: turn.why };
      return;
    }
    progress.defragmented += 1;
    measured = { bytes: Math.max(1, member.state.inUseBytes), milliseconds: turn.blockedMs };
    if (waiting.length > 1) await clock.wait(pace.pause, signal);
    sound = await soundCluster(ports);
  }
}

/** In use above the line: no file can get below it. */
function overLine(seen: Seen, { settings }: Ports, { growthPerMinute }: Progress): string | undefined {
  const over = votersOf(seen)
    .filter(isAnswering)
    .filter((member) => member.state.inUseBytes >= (memberLimits(member, settings, growthPerMinute)?.safeBytes ?? Infinity));
  if (over.length === 0) return undefined;
  const each = over.map((member) => `${nameOf(member)} has ${bytes(member.state.inUseBytes)} in use of ${bytes(memberLimits(member, settings)?.quotaBytes ?? 0)}`);
  return `${listed(each)}: a defragmentation cannot bring it below the quota, and a disarmed alarm would come back`;
}

function whyUnsafe({ state, name }: AnsweringMember, estimate: number, { settings }: Ports): string | undefined {
  if (exceedsProbes(estimate, settings.probeBudgetMs))
    return (
      `${name} would be blocked for up to ${duration(estimate)}, more than half of the ${duration(settings.probeBudgetMs ?? 0)} after which its kubelet kills it: ` +
      'raise failureThreshold of its livenessProbe (kubeadm: /etc/kubernetes/manifests/etcd.yaml), or stop it and run etcdutl defrag --data-dir'
    );
  const free = state.freeDiskBytes ?? settings.freeDiskBytes ?? null;
  const needed = Math.ceil(state.inUseBytes * 1.2);
  if (free !== null && free < needed)
    return `the disk of ${name} has ${bytes(free)} free, and a defragmentation needs ${bytes(needed)}: make room there first`;
  return undefined;
}

async function finish(
  before: Seen,
  journal: Journal,
  ports: Ports,
  progress: Progress,
  end: (outcome: Outcome, why: string) => Promise<MaintenanceRun>,
): Promise<MaintenanceRun> {
  const { settings } = ports;
  const { halted } = progress;
  const seen = await ports.cluster.look().catch(() => undefined);
  const armed = seen ? armedFor(seen, 'NOSPACE').length > 0 : armedFor(before, 'NOSPACE').length > 0;
  let disarmed = false;
  if (seen && armed) {
    const outcome = await journal.note('disarm', undefined, () => disarm(seen, progress.growthPerMinute, ports));
    disarmed = outcome.result === 'done';
    if (!disarmed) return end(halted?.outcome ?? (outcome.result === 'refused' ? 'refused' : 'failed'), [halted?.why, outcome.why].filter((why) => why !== undefined).join('; '));
  }
  if (halted && !disarmed) return end(progress.defragmented > 0 && halted.outcome === 'refused' ? 'partial' : halted.outcome, halted.why);
  const proof = await journal.note('verify', undefined, () => verify(disarmed, ports));
  progress.verification = proof.verification;
  if (proof.result !== 'done') return end('failed', proof.why);
  if (halted) return end('partial', `${halted.why}; writes are accepted again`);
  const over = await overBudget(ports, settings);
  if (over !== undefined) return end('partial', over);
  return end('done', disarmed ? 'writes are accepted again' : 'every member is small again');
}

async function overBudget({ cluster }: Ports, settings: Ports['settings']): Promise<string | undefined> {
  const seen = await cluster.look();
  const over = votersOf(seen)
    .filter(isAnswering)
    .filter((member) => member.state.sizeBytes > (memberLimits(member, settings)?.budgetBytes ?? Infinity));
  if (over.length === 0) return undefined;
  return `${listed(over.map((member) => `${nameOf(member)} still has ${bytes(member.state.sizeBytes)}`))}, above the budget: that much is in use`;
}

function facts(
  before: Seen,
  after: Seen,
  settings: Ports['settings'],
  turns: Progress['turns'],
): Pick<MaintenanceRun, 'budgetBytes' | 'members'> {
  const answering = before.members.filter(isAnswering);
  const budgets = answering.flatMap((member) => memberLimits(member, settings)?.budgetBytes ?? []);
  return {
    budgetBytes: budgets.length === 0 ? null : Math.floor(Math.min(...budgets)),
    members: answering.map((member) => {
      const { id, isLearner, state } = member;
      const later = after.members.find((each) => each.id === id)?.state ?? state;
      const { seconds = 0, blockedMs = 0 } = turns.get(id) ?? {};
      return {
        ...{ id, name: nameOf(member), isLearner, seconds, blockedMs },
        sizeBefore: state.sizeBytes,
        sizeAfter: later.sizeBytes,
        inUseBefore: state.inUseBytes,
        inUseAfter: later.inUseBytes,
        quotaBytes: state.quotaBytes ?? settings.quotaBytes ?? null,
      };
    }),
  };
}
