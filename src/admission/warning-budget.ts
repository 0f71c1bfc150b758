import { LRUCache } from 'lru-cache';
import type { Millis } from '../model/write.ts';

export interface BudgetLimits {
  /** Warnings that one user may get at once ... */
  readonly burst: number;
  /** ... and then one more each so often. */
  readonly everyMs: Millis;
  /** Users remembered. */
  readonly users: number;
}

export const usualBudget: BudgetLimits = { burst: 10, everyMs: 30_000, users: 10_000 };

/** Bounds how many warnings each user gets: a script that applies a thousand manifests is told a few times. */
export function createBudget({ burst, everyMs, users }: BudgetLimits) {
  const purses = new LRUCache<string, { left: number; at: Millis }>({ max: users });

  /** How many of `wanted` warnings this user may get now; they are then spent. */
  return function spend(user: string, wanted: number, now: Millis): number {
    const purse = purses.get(user) ?? { left: burst, at: now };
    const earned = Math.floor((now - purse.at) / everyMs);
    const left = Math.min(burst, purse.left + Math.max(0, earned));
    const given = Math.min(wanted, left);
    purses.set(user, { left: left - given, at: left === burst ? now : purse.at + Math.max(0, earned) * everyMs });
    return given;
  };
}
