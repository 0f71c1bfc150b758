import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Measure {
  readonly seconds: number;
  /** Highest resident memory in MB (10^6 bytes), mapped file pages included. */
  readonly peak: number;
  /** Highest memory of its own in MB: resident without mapped file pages. */
  readonly own: number;
}

/** Runs a shell command line from start to end, its output thrown away. */
export async function measure(command: string): Promise<Measure> {
  const began = performance.now();
  const child = spawn('sh', ['-c', `exec ${command} >/dev/null`], { stdio: ['ignore', 'ignore', 'pipe'] });
  const said: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
  const { promise: ended, resolve, reject } = Promise.withResolvers<number | null>();
  child.on('error', reject);
  child.on('close', resolve);
  let peak = 0;
  let own = 0;
  // VmHWM only grows, so a look every few milliseconds misses little of it.
  const look = setInterval(() => {
    const status = statusOf(child.pid);
    peak = Math.max(peak, field(status, 'VmHWM'));
    own = Math.max(own, field(status, 'RssAnon'));
  }, 5);
  const code = await ended;
  const seconds = (performance.now() - began) / 1000;
  clearInterval(look);
  if (code !== 0) throw new Error(`"${command}" ended with ${code}: ${Buffer.concat(said).toString()}`);
  return { seconds, peak, own };
}

/** Drops a file's pages from the page cache, for which dd needs no rights; only written pages can be dropped. */
export function makeCold(file: string): void {
  spawnSync('dd', [`of=${file}`, 'oflag=nocache', 'conv=notrunc,fdatasync', 'count=0', 'status=none']);
}

export function makeWarm(file: string): void {
  spawnSync('sh', ['-c', 'cat "$0" >/dev/null', file]);
}

/**
 * Takes memory and gives it back. The host of a virtual machine may have taken what was free, and to have it again costs
 * 2 ms a MB (1.6 GB in 3.4 s): more than a defragmentation.
 */
export function touchMemory(gibibytes: number): void {
  spawnSync(process.execPath, ['-e', `for (let i = 0; i < ${gibibytes}; i++) Buffer.alloc(2 ** 30, 1)`]);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function statusOf(pid: number | undefined): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return ''; // it has ended
  }
}

function field(status: string, name: string): number {
  const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1];
  return (Number(kilobytes ?? 0) * 1024) / 1e6;
}

/** ms of CPU time, in user and kernel mode; Linux counts in hundredths of a second there. */
export function cpuOf(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [user = 0, system = 0] = text.slice(text.lastIndexOf(')')).split(' ').slice(12, 14).map(Number);
  return (user + system) * 10;
}

/** As in a Measure, of a process that runs. */
export function memoryOf(pid: number): Pick<Measure, 'peak' | 'own'> {
  const status = statusOf(pid);
  return { peak: field(status, 'VmHWM'), own: field(status, 'RssAnon') };
}
