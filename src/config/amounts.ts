import { problem, type ErrorCatalogue } from '../errors/problem.ts';

const amountErrors = {
  notShare: problem(
    'NOT_A_SHARE',
    (option: string, text: string) => `${option} takes a share above 0 % and up to 100 %, such as 80%, not "${text}"`,
    2,
  ),
  notBytes: problem(
    'NOT_A_SIZE',
    (option: string, text: string) => `${option} takes bytes, such as 6442450944 or 6GiB, not "${text}"`,
    2,
  ),
  notBudget: problem(
    'NOT_A_BUDGET',
    (option: string, text: string) =>
      `${option} takes a share of the quota above 0 % and up to 100 %, such as 80%, or bytes, such as 6GiB, not "${text}"`,
    2,
  ),
  notCount: problem(
    'NOT_A_COUNT',
    (option: string, text: string) => `${option} takes a whole number, 0 or more, not "${text}"`,
    2,
  ),
} satisfies ErrorCatalogue;

/** 0.8 of `80%`. Throws amountErrors. */
export function parseShare(option: string, text: string): number {
  const share = shareIn(text);
  if (share === undefined) throw amountErrors.notShare(option, text);
  return share;
}

const scales: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  m: 1e6,
  g: 1e9,
  t: 1e12,
  ki: 2 ** 10,
  mi: 2 ** 20,
  gi: 2 ** 30,
  ti: 2 ** 40,
};

/** Bytes of `6442450944`, `6GiB`, `6Gi` or `6GB`. Throws amountErrors. */
export function parseBytes(option: string, text: string): number {
  const bytes = bytesIn(text);
  if (bytes === undefined) throw amountErrors.notBytes(option, text);
  return bytes;
}

/** A share of the quota, or bytes. Throws amountErrors. */
export function parseBudget(option: string, text: string): { share: number } | { bytes: number } {
  const share = shareIn(text);
  if (share !== undefined) return { share };
  const bytes = bytesIn(text);
  if (bytes === undefined) throw amountErrors.notBudget(option, text);
  return { bytes };
}

export function parseCount(option: string, text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(count)) throw amountErrors.notCount(option, text);
  return count;
}

function shareIn(text: string): number | undefined {
  const percent = /^(\d+(?:\.\d+)?)\s*%$/.exec(text.trim())?.[1];
  const share = Number(percent) / 100;
  return percent !== undefined && share > 0 && share <= 1 ? share : undefined;
}

function bytesIn(text: string): number | undefined {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)\s*(?:([kmgt]i?)b?|b)?$/i.exec(text.trim()) ?? [];
  const bytes = Math.round(Number(amount) * (scales[unit.toLowerCase()] ?? 1));
  return amount !== undefined && bytes > 0 && Number.isSafeInteger(bytes) ? bytes : undefined;
}
