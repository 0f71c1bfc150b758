import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { takeFileLock } from '../../../src/maintenance/lock/file-lock.ts';

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kubechurn-lock-'));
  file = join(directory, 'maintain.lock');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** As it was written by this very process, but for what is given. */
function heldBy(other: Readonly<Record<string, unknown>>): void {
  const lock = takeFileLock(file);
  const mine = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  lock.release();
  writeFileSync(file, JSON.stringify({ ...mine, token: 'other', ...other }));
}

function expectTaken(): void {
  const lock = takeFileLock(file);
  expect(lock.isHeld()).toBe(true);
  lock.release();
}

describe('the lock file', () => {
  it('is held by one, and names its holder to the next', () => {
    const lock = takeFileLock(file);
    expect(() => takeFileLock(file)).toThrow(new RegExp(`process ${process.pid} on .*, since 20`));
    expect(lock.isHeld()).toBe(true);
    lock.release();
    takeFileLock(file).release();
    expect(readdirSync(directory)).toEqual([]);
  });

  it('of a process that is gone does not block for ever', () => {
    const { pid } = spawnSync('true');
    heldBy({ pid, startedTicks: '1' });
    expectTaken();
  });

  it('of a process whose pid belongs to another one by now is taken over', () => {
    heldBy({ pid: process.pid, startedTicks: '1' });
    expectTaken();
  });

  it('of before the machine was booted is taken over', () => {
    heldBy({ boot: 'another' });
    expectTaken();
  });

  it('of another machine blocks as long as it gives signs of life', () => {
    heldBy({ host: 'node-2', boot: 'another' });
    expect(() => takeFileLock(file)).toThrow(/on node-2/);
    const old = Date.now() / 1000 - 120;
    utimesSync(file, old, old);
    takeFileLock(file).release();
  });

  it('with something else in it blocks until it is old, and says so', () => {
    writeFileSync(file, 'not ours');
    expect(() => takeFileLock(file)).toThrow(/by whom cannot be read/);
  });

  it('that was taken over is not held any more, and stays with who has it', () => {
    const lock = takeFileLock(file);
    rmSync(file);
    heldBy({ host: 'node-2' });
    expect(lock.isHeld()).toBe(false);
    lock.release();
    expect(existsSync(file)).toBe(true);
  });

  it('that cannot be written is a Problem that says what to do', () => {
    expect(() => takeFileLock(join(directory, 'missing', 'lock'))).toThrow(/cannot be written \(ENOENT\): give --lock/);
  });
});
