import { bytes, duration } from '../../words/units.ts';
import { listed } from '../../words/listed.ts';
import { memberLimits, triggersOf, whyLeftLarge } from './decide.ts';
import { learnerRefusals } from './learners.ts';
import { blockedMillis } from './estimate.ts';
import { nameById, whyUnsound } from './health.ts';
import { armedFor, isAnswering, nameOf, votersOf, type AnsweringMember, type Seen } from './seen.ts';
import type { Keep, MaintenanceSettings } from './settings.ts';
import { evidenceSource, turnsOf } from './turns.ts';
import { hazardsOf } from './versions.ts';

export type StepName =
  | 'lock'
  | 'wait-for-defragmentation'
  | 'evidence'
  | 'compact'
  | 'settle'
  | 'move-leader'
  | 'defragment'
  | 'disarm'
  | 'verify';

export interface PlannedStep {
  readonly step: StepName;
  /** Whom it is done to; absent where it is the whole cluster. */
  readonly member?: { readonly id: string; readonly name: string };
  readonly why: string;
}

export interface Plan {
  readonly decision: 'nothing-to-do' | 'act' | 'refused';
  readonly why: string;
  /** In the order in which they are done; empty unless `act`. */
  readonly steps: readonly PlannedStep[];
  readonly warnings: readonly string[];
}

/** What was seen -> what will be done, or why nothing is. The same for --dry-run and for a run. */
export function makePlan(seen: Seen, settings: MaintenanceSettings): Plan {
  const unsound = whyUnsound(seen);
  if (unsound.length > 0) return refused(unsound, seen.notes);

  const busy = seen.members.filter(({ defragmenting }) => defragmenting);
  if (busy.length > 0) return waitFirst(busy.map(nameOf), seen, settings);

  const unknownQuota = votersOf(seen).filter((member) => isAnswering(member) && !memberLimits(member, settings));
  const decidable = unknownQuota.length === 0 || ('bytes' in settings.budget && seen.alarms.length === 0);
  if (!decidable) return refused([askForQuota(unknownQuota.map(nameOf))], seen.notes);

  const triggers = triggersOf(seen, settings);
  if (triggers.length === 0)
    return {
      decision: 'nothing-to-do',
      why: whyLeftLarge(seen, settings) ?? withinBudget(seen),
      steps: [],
      warnings: seen.notes,
    };
  if (unknownQuota.length > 0) return refused([askForQuota(unknownQuota.map(nameOf))], seen.notes);

  const refusals = [
    ...learnerRefusals(seen, settings),
    ...versionRefusals(seen, settings),
    ...outageRefusals(seen, settings),
  ];
  const warnings = [...seen.notes, ...warningsOf(seen, settings)];
  if (refusals.length > 0) return refused(refusals, warnings);
  return { decision: 'act', why: triggers.join('; '), steps: stepsOf(seen, settings), warnings };
}

function refused(reasons: readonly string[], warnings: readonly string[]): Plan {
  return { decision: 'refused', why: reasons.join('; '), steps: [], warnings };
}

function waitFirst(names: readonly string[], seen: Seen, settings: MaintenanceSettings): Plan {
  const why = `a defragmentation of ${listed(names)} is still running, of an earlier run or somebody else's`;
  const waits = seen.members
    .filter(({ defragmenting }) => defragmenting)
    .map((member) => ({
      step: 'wait-for-defragmentation' as const,
      member: reference(member),
      why: 'its own metrics say so',
    }));
  return {
    decision: 'act',
    why,
    steps: [lockStep, ...waits, ...stepsOf(seen, settings).slice(1)],
    warnings: seen.notes,
  };
}

function askForQuota(names: readonly string[]): string {
  return (
    `the quota of ${listed(names)} cannot be read, neither from its status nor from its metrics: ` +
    "give --quota BYTES, the value of etcd's --quota-backend-bytes (2147483648 where that flag was never set)"
  );
}

function withinBudget(seen: Seen): string {
  const largest = Math.max(
    ...votersOf(seen).flatMap((member) => (isAnswering(member) ? [member.state.sizeBytes] : [])),
  );
  return `within budget: the largest file has ${bytes(largest)}, and no alarm is armed`;
}

function versionRefusals(seen: Seen, { acceptVersionRisk, freeDiskBytes }: MaintenanceSettings): string[] {
  return votersOf(seen)
    .filter(isAnswering)
    .flatMap((member) => {
      const { version, freeDiskBytes: free } = member.state;
      const hazards = hazardsOf(version);
      return [
        ...hazards
          .filter(({ kind }) => kind === 'inconsistency' && !acceptVersionRisk)
          .map(
            ({ sentence }) =>
              `${nameOf(member)} runs etcd ${version}: ${sentence}; upgrade it, or give --accept-version-risk`,
          ),
        ...hazards
          .filter(({ kind }) => kind === 'disk-full' && free === null && freeDiskBytes === undefined)
          .map(
            ({ sentence }) =>
              `${nameOf(member)} runs etcd ${version}: ${sentence}, and its disk cannot be seen from here; ` +
              'give --free-disk BYTES, what its data directory has free',
          ),
      ];
    });
}

function outageRefusals(seen: Seen, { acceptOutage }: MaintenanceSettings): string[] {
  const isOut = armedFor(seen, 'NOSPACE').length > 0;
  if (votersOf(seen).length > 1 || isOut || acceptOutage) return [];
  return [
    'this etcd has one voter, so that its API server is out while it is defragmented: give --accept-outage, at a quiet hour',
  ];
}

function warningsOf(seen: Seen, { probeBudgetMs }: MaintenanceSettings): string[] {
  const voters = votersOf(seen).filter(isAnswering);
  const longest = Math.max(...voters.map(({ state }) => blockedMillis(state.inUseBytes)));
  const risks = new Map(
    voters.flatMap(({ state: { version } }) =>
      hazardsOf(version)
        .filter(({ kind }) => kind !== 'blocked' && kind !== 'quota-unstated') // no danger to what is done here
        .map(({ sentence }) => [sentence, `etcd ${version}: ${sentence}`] as const),
    ),
  );
  return [
    ...risks.values(),
    ...(voters.length === 2
      ? ['two voters: writes go on through the leader meanwhile, but nothing is left should it fail']
      : []),
    ...(probeBudgetMs === undefined && longest > unprobedMillis
      ? [
          `a member may be blocked for ${duration(longest)}: where a kubelet watches it with fewer seconds of patience (kubeadm 80 s, vCluster 120 s), it is killed halfway; give --probe-budget`,
        ]
      : []),
  ];
}

/** Half of kubeadm's livenessProbe: 8 failures, 10 s apart. */
const unprobedMillis = 40_000;

const lockStep: PlannedStep = { step: 'lock', why: 'no two runs at once; then everything is looked at again' };

function stepsOf(seen: Seen, settings: MaintenanceSettings): PlannedStep[] {
  const turns = turnsOf(seen);
  const voters = turns.length;
  const armed = armedFor(seen, 'NOSPACE');
  const steps: PlannedStep[] = [lockStep];
  const source = evidenceSource(seen);
  if (settings.evidence && source)
    steps.push({
      step: 'evidence',
      member: reference(source),
      why: 'a compaction destroys the proof of who filled the database, so it is taken first',
    });
  for (const member of turns)
    steps.push({
      step: 'compact',
      member: reference(member),
      why: `removes the history before ${keepInWords(settings.keep)}`,
    });
  steps.push({ step: 'settle', why: 'the freed pages count only once every member has written them down' });
  turns.forEach((member, i) => {
    if (i === voters - 1 && voters > 1)
      steps.push({
        step: 'move-leader',
        member: reference(member),
        why: 'whoever leads blocks every write while it is defragmented',
      });
    steps.push({ step: 'defragment', member: reference(member), why: defragmentWhy(member, seen) });
  });
  if (armed.length > 0)
    steps.push({
      step: 'disarm',
      why: `NOSPACE of ${listed(armed.map((id) => nameById(seen, id)))}, once every file is small enough`,
    });
  steps.push({ step: 'verify', why: 'a write is accepted, every member can be read, no alarm is armed' });
  return steps;
}

function defragmentWhy({ id, state }: AnsweringMember, seen: Seen): string {
  const reasons = armedFor(seen, 'NOSPACE').includes(id) ? 'NOSPACE is armed for it, and it' : 'it';
  return `${reasons} holds ${bytes(state.sizeBytes)}; done where at least 10 % of the quota or an alarm is won`;
}

function keepInWords(keep: Keep): string {
  return 'revisions' in keep ? `the last ${keep.revisions} revisions` : `the last ${duration(keep.milliseconds)}`;
}

function reference({ id, name }: { readonly id: string; readonly name: string }): { id: string; name: string } {
  return { id, name: name === '' ? id : name };
}
