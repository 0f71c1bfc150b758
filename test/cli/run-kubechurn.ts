import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface Outcome {
  /** -1 when it was killed. */
  readonly code: number;
  readonly stdout: string;
  /** Without the lines that tell how far it is: they come where a machine is slow. */
  readonly stderr: string;
}

const progress = /^.*, \d+ (s|min)\n/gm;

/** The program; `make build` leaves it. */
export const built = fileURLToPath(new URL('../../dist/kubechurn', import.meta.url));

/** Runs the built program to its end. `under` is a command that starts it: `['taskset', '-c', '0']`. */
export function kubechurn(
  args: readonly string[],
  { under = [] }: { under?: readonly string[] } = {},
): Promise<Outcome> {
  if (!existsSync(built)) throw new Error('dist/kubechurn is missing: run "make build"');
  const [program, ...rest] = [...under, built, ...args] as [string, ...string[]];
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'], env: bare() });
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
  child.on('error', reject);
  child.on('close', (code) => resolve({ code: code ?? -1, ...said, stderr: said.stderr.replaceAll(progress, '') }));
  return promise;
}

/** Without the cluster and the etcd that this machine's user works with. */
function bare(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(ETCD|KUBE)/.test(name));
  return { ...Object.fromEntries(kept), HOME: '/nonexistent' };
}
