import { problem, type ErrorCatalogue } from '../errors/problem.ts';

const durationErrors = {
  notDuration: problem(
    'NOT_A_DURATION',
    (option: string, text: string) => `${option} takes a duration such as 500ms, 30s, 5m or 1h30m, not "${text}"`,
    2,
  ),
} satisfies ErrorCatalogue;

const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Milliseconds of a duration as Go writes it: `1m30s`. Throws durationErrors; zero and less are none. */
export function parseDuration(option: string, text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  const length = parts.reduce((sum, [part]) => sum + part.length, 0);
  const milliseconds = parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (units[unit ?? ''] ?? 0), 0);
  if (length !== text.length || !(milliseconds > 0)) throw durationErrors.notDuration(option, text);
  return milliseconds;
}
