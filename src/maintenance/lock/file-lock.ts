import { randomUUID } from 'node:crypto';
import {
  linkSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { errnoOf } from '../../errors/errno.ts';
import { maintenanceErrors } from '../errors.ts';
import type { Lock } from '../ports.ts';

/** Released at once. */
export interface FileLock extends Lock {
  release(): void;
}

/** What stands in the file, so that the next one can say who holds it. */
interface Holder {
  readonly token: string;
  readonly pid: number;
  /** In ticks since boot (/proc/PID/stat): tells a process from a later one with the same pid. */
  readonly startedTicks: string;
  readonly host: string;
  /** A pod on its node's network shares the host's name, but not its pids. */
  readonly pidNamespace: string;
  readonly boot: string;
  readonly since: string;
}

const beat = 5_000;
/** Without a beat for so long a holder that cannot be looked at, in another container or on another machine, is gone. */
const staleAfter = 60_000;

/**
 * Takes the lock, also that of a holder that is gone; throws MAINTAIN_LOCKED where somebody holds it. A file, because
 * nothing can be written to an etcd under NOSPACE. Kept alive by touching it, so a stopped process loses it.
 */
export function takeFileLock(file: string, now: () => number = Date.now): FileLock {
  const mine: Holder = {
    token: randomUUID(),
    pid: process.pid,
    startedTicks: startedTicks(process.pid) ?? '',
    host: hostname(),
    pidNamespace: pidNamespace(),
    boot: bootId(),
    since: new Date(now()).toISOString(),
  };
  for (let attempt = 0; !created(file, mine); attempt += 1) {
    const holder = holderOf(file);
    if (holder === undefined) continue;
    if (attempt > 5 || !isGone(holder, file, now())) throw maintenanceErrors.locked(file, inWords(holder));
    removeStale(file, holder);
  }
  const isHeld = (): boolean => holderOf(file)?.token === mine.token;
  const timer = setInterval(() => {
    if (isHeld()) touch(file, now());
  }, beat);
  timer.unref();
  return {
    why: 'nobody else holds it',
    isHeld,
    release() {
      clearInterval(timer);
      if (isHeld()) removeIfThere(file);
    },
  };
}

/** A hard link appears whole or not at all, unlike a file that is still being written. */
function created(file: string, holder: Holder): boolean {
  const draft = `${file}.${holder.token}`;
  try {
    writeFileSync(draft, `${JSON.stringify(holder)}\n`, { mode: 0o644, flag: 'wx' });
    linkSync(draft, file);
    return true;
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'EEXIST') return false;
    throw maintenanceErrors.lockUnwritable(file, code);
  } finally {
    removeIfThere(draft);
  }
}

/** undefined where there is none any more; a file with something else in it counts as held by nobody we could ask. */
function holderOf(file: string): Holder | undefined {
  try {
    const found: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isHolder(found) ? found : unknownHolder;
  } catch (error) {
    return errnoOf(error) === 'ENOENT' ? undefined : unknownHolder;
  }
}

const unknownHolder: Holder = { token: '', pid: 0, startedTicks: '', host: '', pidNamespace: '', boot: '', since: '' };

function isHolder(found: unknown): found is Holder {
  return typeof found === 'object' && found !== null && 'token' in found && 'pid' in found && 'boot' in found;
}

function isGone(
  { pid, host, pidNamespace: pids, boot, startedTicks: ticks }: Holder,
  file: string,
  now: number,
): boolean {
  // A machine that was booted again runs none of its earlier processes; two containers may share a boot but no pids.
  if (host === hostname() && boot !== bootId()) return true;
  if (host === hostname() && pids === pidNamespace() && startedTicks(pid) !== ticks) return true;
  try {
    return now - statSync(file).mtimeMs > staleAfter;
  } catch {
    return true;
  }
}

/** Moved away first: of several that find it stale one gets it, and puts it back where it was another's meanwhile. */
function removeStale(file: string, holder: Holder): void {
  const aside = `${file}.${randomUUID()}`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  if (holderOf(aside)?.token !== holder.token) {
    try {
      linkSync(aside, file);
    } catch {
      // Somebody holds it by now.
    }
  }
  removeIfThere(aside);
}

function inWords({ pid, host, since }: Holder): string {
  return pid === 0 ? 'by whom cannot be read' : `process ${pid} on ${host}, since ${since}`;
}

/** Field 22 of /proc/PID/stat, counted behind the name, which may hold spaces; undefined where no such process runs. */
function startedTicks(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  } catch {
    return '';
  }
}

function touch(file: string, now: number): void {
  try {
    utimesSync(file, now / 1000, now / 1000);
  } catch {
    // isHeld tells.
  }
}

function removeIfThere(file: string): void {
  try {
    unlinkSync(file);
  } catch {
    // It was never made.
  }
}
