import { describe, expect, it } from '@jest/globals';
import { startProgress, type ProgressClock } from '../../../src/commands/progress.ts';

describe('progress', () => {
  it('is silent in the first two seconds', () => {
    const { progress, written, pass } = run({ isTTY: true });
    progress.update({ what: 'reading' });
    pass(1_900);
    progress.end();
    expect(written).toEqual([]);
  });

  it('rewrites one line on a terminal and erases it at the end', () => {
    const { progress, written, pass } = run({ isTTY: true });
    progress.update({ what: 'reading', done: 1, total: 4 });
    pass(2_000);
    progress.update({ what: 'explaining' });
    pass(200);
    progress.end();
    expect(written).toEqual(['\rreading 25.0 %, 2 s\u001b[K', '\rexplaining, 2 s\u001b[K', '\r\u001b[K']);
  });

  it('writes a plain line every five seconds where there is no terminal', () => {
    const { progress, written, pass } = run({});
    for (let second = 0; second < 13; second++) {
      progress.update({ what: 'reading', done: second, total: 20 });
      pass(1_000);
    }
    progress.end();
    expect(written).toEqual(['reading 5.0 %, 2 s\n', 'reading 30.0 %, 7 s\n', 'reading 55.0 %, 12 s\n']);
  });

  it('never fills the last column, and shows no control character of a file name', () => {
    const { progress, written, pass } = run({ isTTY: true, columns: 30 });
    progress.update({ what: `reading /backups/\u001b[2J${'a'.repeat(60)}` });
    pass(2_000);
    expect(written).toHaveLength(1);
    const line = written[0]?.slice(1, -'\u001b[K'.length) ?? '';
    expect(line).toHaveLength(29);
    expect(line).not.toContain('\u001b');
  });

  it('says nothing more once it has ended', () => {
    const { progress, written, pass } = run({});
    progress.end();
    progress.update({ what: 'late' });
    pass(10_000);
    expect(written).toEqual([]);
  });
});

/** A clock moved by hand: the times in question are seconds, and the order of ticks must not depend on the machine. */
function run(terminal: { isTTY?: boolean; columns?: number }) {
  let time = 0;
  const timers = new Set<{ readonly every: number; next: number; readonly call: () => void }>();
  const clock: ProgressClock = {
    now: () => time,
    every: (milliseconds, call) => {
      const timer = { every: milliseconds, next: time + milliseconds, call };
      timers.add(timer);
      return () => timers.delete(timer);
    },
  };
  const written: string[] = [];
  const progress = startProgress({ ...terminal, write: (text) => written.push(text) }, clock);
  const pass = (milliseconds: number): void => {
    const until = time + milliseconds;
    while (time < until) {
      time += 100;
      for (const timer of timers) {
        if (timer.next > time) continue;
        timer.next += timer.every;
        timer.call();
      }
    }
  };
  return { progress, written, pass };
}
