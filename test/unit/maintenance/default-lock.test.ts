import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { defaultLock } from '../../../src/maintenance/lock/default-lock.ts';
import { takeFileLock } from '../../../src/maintenance/lock/file-lock.ts';

let run: string;
beforeEach(() => {
  run = mkdtempSync(join(tmpdir(), 'kubechurn-run-'));
});
afterEach(() => rmSync(run, { recursive: true, force: true }));

describe('the lock of a run that names none', () => {
  it.each(['kubeadm', 'k3s', 'rke2'])("with --target %s is that of the chart's pod on the same node", (target) => {
    const lock = defaultLock('255', target, run);
    const pod = readFileSync(new URL('../../../chart/templates/maintenance/_target.tpl', import.meta.url), 'utf8');
    expect(pod).toContain(`\n- --lock=${lock.replace(run, '/run')}\n`);
    expect(statSync(join(run, 'kubechurn')).mode & 0o777).toBe(0o755);
    const held = takeFileLock(lock);
    expect(() => takeFileLock(defaultLock('255', target, run))).toThrow(/another maintenance holds/);
    held.release();
  });

  it('is refused in one sentence to who may not write there', () => {
    const file = join(run, 'no-directory');
    writeFileSync(file, '');
    expect(() => defaultLock('255', 'kubeadm', file)).toThrow(/cannot be written \(ENOTDIR\): give --lock FILE/);
  });

  it.each([undefined, 'vcluster/team-a/shop'])('with --target %s is one for each cluster', (target) => {
    expect(defaultLock('255', target, run)).toBe(join(tmpdir(), 'kubechurn-maintain-255.lock'));
  });
});
