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

/** Each member as it was found first and last: one that a defragmentation blocked at the first look, by a later one. */
export function beforeAndAfter(
  looks: readonly Seen[],
  settings: MaintenanceSettings,
  turns: Progress['turns'],
): { readonly budgetBytes: number | null; readonly members: readonly MaintainedMember[] } {
  const ids = [...new Set(looks.flatMap(({ members }) => members.map(({ id }) => id)))];
  const answers = looks.flatMap(({ members }) => members.filter(isAnswering));
  const found = ids.flatMap((wanted) => {
    const first = answers.find(({ id }) => id === wanted);
    const last = answers.findLast(({ id }) => id === wanted);
    return first && last ? [{ first, last }] : [];
  });
  const budgets = found.flatMap(({ first }) => memberLimits(first, settings)?.budgetBytes ?? []);
  return {
    budgetBytes: budgets.length === 0 ? null : Math.floor(Math.min(...budgets)),
    members: found.map(({ first, last }) => {
      const { id, isLearner, state } = first;
      const { seconds = 0, blockedMs = 0 } = turns.get(id) ?? {};
      return {
        ...{ id, name: nameOf(first), isLearner, seconds, blockedMs },
        sizeBefore: state.sizeBytes,
        sizeAfter: last.state.sizeBytes,
        inUseBefore: state.inUseBytes,
        inUseAfter: last.state.inUseBytes,
        quotaBytes: state.quotaBytes ?? settings.quotaBytes ?? null,
      };
    }),
  };
}
