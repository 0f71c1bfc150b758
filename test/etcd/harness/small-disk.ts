import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SmallDisk {
  readonly directory: string;
  remove(): void;
}

/** A file system of its own in memory; undefined where this user may not mount one. */
export function mountSmallDisk(bytes: number): SmallDisk | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'kubechurn-disk-'));
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', directory], {
    stdio: 'ignore',
  });
  if (status === 0)
    return {
      directory,
      remove() {
        execFileSync('umount', [directory]);
        rmSync(directory, { recursive: true });
      },
    };
  rmSync(directory, { recursive: true });
  return undefined;
}
