import type { Ports } from '../ports.ts';
import { isPassing } from './outcomes.ts';

/** Several times etcd's default --election-timeout of a second. */
const electionMs = 10_000;
const between = 500;

/** Asks again while no leader or no answer is there, as after any change of the leader: for what may as well be done twice. */
export async function askAgain<T>(
  ask: () => Promise<T>,
  { clock, signal }: Pick<Ports, 'clock' | 'signal'>,
  passes: (error: unknown) => boolean = isPassing,
): Promise<T> {
  const until = clock.now() + electionMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!passes(error) || clock.now() >= until) throw error;
    }
    await clock.wait(between, signal);
  }
}
