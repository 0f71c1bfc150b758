import { memberLimits } from './plan/decide.ts';
import { isAnswering, nameOf, type Seen } from './plan/seen.ts';
import type { MaintenanceSettings } from './plan/settings.ts';
import type { Progress } from './progress.ts';

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

/** Each member as it was found and as it was left. */
export function beforeAndAfter(
  before: Seen,
  after: Seen,
  settings: MaintenanceSettings,
  turns: Progress['turns'],
): { readonly budgetBytes: number | null; readonly members: readonly MaintainedMember[] } {
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
