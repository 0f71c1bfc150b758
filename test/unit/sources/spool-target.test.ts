import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freeSpace, temporaryShortage } from '../../../src/sources/snapshot/spool-target.ts';

const source = new URL('../../../src/sources/snapshot/spool-target.ts', import.meta.url).href;
let place: string;

beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), 'spool-target-'));
});
afterAll(() => rmSync(place, { recursive: true }));

/** A program that gets the signal while openSync returns: no other moment is as early. */
function interruptedAsItOpens(call: string, signal: NodeJS.Signals): { signal: NodeJS.Signals | null; left: string[] } {
  const program = `
    import fs, { readdirSync } from 'node:fs';
    import { syncBuiltinESMExports } from 'node:module';
    const open = fs.openSync;
    fs.openSync = (...all) => {
      const descriptor = open(...all);
      if (readdirSync(${JSON.stringify(place)}).length > 0) process.kill(process.pid, '${signal}');
      return descriptor;
    };
    syncBuiltinESMExports();
    const { openKept, openTemporary } = await import('${source}');
    // In a callback of the disk's, behind which the event loop does not look for signals at once.
    fs.stat('.', () => ${call}.discard());
    setTimeout(() => process.exit(3), 10_000);`;
  const ended = spawnSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' });
  if (ended.stderr !== '') throw new Error(ended.stderr);
  return { signal: ended.signal, left: readdirSync(place) };
}

describe('a temporary directory', () => {
  it('that does not exist is a shortage, in one sentence', () => {
    expect(temporaryShortage(1, freeSpace, join(place, 'missing'))).toMatch(
      /missing cannot be written to \(ENOENT\): set TMPDIR/,
    );
  });
});

describe('a program interrupted in the instant in which it opens', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('a temporary file ends by %s and leaves none', (signal) => {
    expect(interruptedAsItOpens(`openTemporary(${JSON.stringify(place)})`, signal)).toEqual({ signal, left: [] });
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('a backup ends by %s and leaves no half of it', (signal) => {
    const call = `openKept(${JSON.stringify(join(place, 'backup.db'))})`;
    expect(interruptedAsItOpens(call, signal)).toEqual({ signal, left: [] });
  });
});
