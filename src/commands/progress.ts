import { shorten } from '../report/text/fit.ts';
import { printable } from '../words/printable.ts';
import { duration, percent } from '../words/units.ts';

/** What is being done right now. `done` of `total` in any one unit. */
export interface Doing {
  readonly what: string;
  readonly done?: number;
  readonly total?: number;
}

export interface Progress {
  update(doing: Doing): void;
  /** Leaves the terminal as it was. Further updates are ignored. */
  end(): void;
}

/** A terminal or a file, such as process.stderr. */
export interface ProgressOutlet {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface ProgressClock {
  /** Milliseconds, never going back. */
  now(): number;
  /** Calls back every so many milliseconds until the returned function is called; keeps no process alive. */
  every(milliseconds: number, call: () => void): () => void;
}

const systemClock: ProgressClock = {
  now: () => performance.now(),
  every: (milliseconds, call) => {
    const timer = setInterval(call, milliseconds).unref();
    return () => clearInterval(timer);
  },
};

/** Most runs end sooner and should print nothing but their answer. */
const silentFor = 2_000;
const betweenRedraws = 200;
const betweenLines = 5_000;
const eraseToEndOfLine = '\u001b[K';

/** Says what is going on once that takes more than two seconds: one rewritten line on a terminal, else a line every five seconds. */
export function startProgress(to: ProgressOutlet, clock: ProgressClock = systemClock): Progress {
  const started = clock.now();
  const pause = to.isTTY ? betweenRedraws : betweenLines;
  let doing: Doing | undefined;
  let shownAt: number | undefined;

  const show = (): void => {
    const now = clock.now();
    if (!doing || now - started < silentFor) return;
    if (shownAt !== undefined && now - shownAt < pause) return;
    shownAt = now;
    const line = lineFor(doing, now - started);
    // a full last column would wrap, and \r would then rewrite only the second line
    to.write(to.isTTY ? `\r${shorten(line, (to.columns || 80) - 1)}${eraseToEndOfLine}` : `${line}\n`);
  };

  const stop = clock.every(betweenRedraws, show);
  let ended = false;
  return {
    update(next) {
      if (ended) return;
      doing = next;
      show();
    },
    end() {
      if (ended) return;
      ended = true;
      stop();
      if (to.isTTY && shownAt !== undefined) to.write(`\r${eraseToEndOfLine}`);
    },
  };
}

function lineFor({ what, done, total }: Doing, elapsed: number): string {
  const part = done === undefined || !total ? '' : ` ${percent(Math.min(1, done / total))}`;
  return `${printable(what)}${part}, ${duration(elapsed)}`;
}
