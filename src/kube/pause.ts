import { setTimeout as after } from 'node:timers/promises';
import type { Millis } from '../model/write.ts';

/** Resolves after so long, or when the signal fires. */
export type Pause = (milliseconds: Millis, signal: AbortSignal) => Promise<unknown>;

export const pause: Pause = (milliseconds, signal) => after(milliseconds, undefined, { signal }).catch(() => undefined);
