import { problem, type ErrorCatalogue } from '../../errors/problem.ts';

export const censusErrors = {
  compacted: problem(
    'CENSUS_COMPACTED',
    (times: number) =>
      `the census was begun ${times} times and each time etcd compacted its revision away: something compacts every few seconds`,
  ),
} satisfies ErrorCatalogue;
