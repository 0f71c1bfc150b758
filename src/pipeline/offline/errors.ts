import { problem, type ErrorCatalogue } from '../../errors/problem.ts';

export const threadErrors = {
  answerLost: problem(
    'THREAD_ANSWER_LOST',
    (why: string) =>
      `what a thread found could not be handed over (${why}): run it on one CPU, with "taskset -c 0", where nothing is handed over, and report it`,
  ),
} satisfies ErrorCatalogue;
