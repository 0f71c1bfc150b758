import { isProblem } from '../errors/problem.ts';
import type { PlannedStep, StepName } from './plan/make-plan.ts';
import type { Clock } from './ports.ts';

export type StepResult = 'planned' | 'done' | 'skipped' | 'refused' | 'failed' | 'unknown';

/** How a step ended, and in one clause why. */
export interface StepOutcome {
  readonly result: StepResult;
  readonly why: string;
}

export interface JournalStep extends StepOutcome {
  readonly step: StepName;
  readonly member?: string;
  /** null of a step that was only planned. */
  readonly started: string | null;
  readonly seconds: number;
}

/** What a run did, in the order in which it did it. */
export interface Journal {
  readonly steps: readonly JournalStep[];
  /** Does a step and notes how it ended; what it throws is noted as failed, and thrown on. */
  note<T extends StepOutcome>(step: StepName, member: string | undefined, act: () => Promise<T>): Promise<T>;
}

export function openJournal({ now }: Pick<Clock, 'now'>, tell: (what: string) => void): Journal {
  const steps: JournalStep[] = [];
  return {
    steps,
    async note(step, member, act) {
      const started = now();
      tell(member === undefined ? step : `${step} ${member}`);
      const end = ({ result, why }: StepOutcome): void => {
        const seconds = Math.round(now() - started) / 1000;
        steps.push({
          step,
          ...(member !== undefined && { member }),
          started: new Date(started).toISOString(),
          seconds,
          result,
          why,
        });
      };
      try {
        const outcome = await act();
        end(outcome);
        return outcome;
      } catch (error) {
        end({ result: 'failed', why: isProblem(error) ? error.message : String(error) });
        throw error;
      }
    },
  };
}

export function plannedSteps(steps: readonly PlannedStep[]): JournalStep[] {
  return steps.map(({ step, member, why }) => ({
    step,
    ...(member && { member: member.name }),
    started: null,
    seconds: 0,
    result: 'planned',
    why,
  }));
}
