import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

/** A program that runs in a {@link Scene}. */
export type Running = {
  readonly pid: number;
  /** The last lines it wrote, for error messages. */
  lastWords(): string;
  /** True once it has ended, by whatever cause. */
  ended(): boolean;
  /** null while it runs, and where a signal ended it. */
  exitCode(): number | null;
  /** Ends it by SIGTERM, by SIGKILL if it has not ended within ten seconds. */
  stop(): Promise<void>;
};

/** A directory of its own and the programs that work in it; both are gone after `close`, or when this process ends in any way. */
export type Scene = {
  readonly directory: string;
  start(program: string, args: readonly string[], options?: { env?: NodeJS.ProcessEnv; name?: string }): Running;
  /** Ends the programs, the last one started first; the files stay until `close`. */
  stop(): Promise<void>;
  close(): Promise<void>;
};

// Handlers of process 'exit' do not run inside jest, nor after SIGKILL. A shell that waits for our end of a pipe to
// close always notices, and it has a session of its own so that Ctrl-C spares it.
const guardScript = `
  while read -r line; do
    case $line in
      done) exit 0 ;;
      -*) pids=" $pids "; pids="\${pids%% \${line#-} *} \${pids#* \${line#-} }" ;;
      *) pids="$pids $line" ;;
    esac
  done
  for pid in $pids; do kill -CONT "$pid"; kill -KILL "$pid"; done 2>/dev/null
  rm -rf "$1"; sleep 0.2; rm -rf "$1"
`;

/** Opens a scene in memory (/dev/shm) where the machine has that, else among the temporary files. */
export function openScene(name: string): Scene {
  const directory = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), `kubechurn-${name}-`));
  const guard = spawn('sh', ['-c', guardScript, 'guard', directory], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.unref();
  if (guard.stdin instanceof Socket) guard.stdin.unref(); // a pipe is one
  const running: Running[] = [];

  async function stop(): Promise<void> {
    for (const one of running.splice(0).toReversed()) await one.stop();
  }

  return {
    directory,
    stop,
    start(program, args, { env = process.env, name: called = basename(program) } = {}) {
      const logFile = join(directory, `${called}.log`);
      const child = spawnInto(logFile, program, args, env);
      const { pid } = child;
      if (pid === undefined) throw new Error(`${program} could not be started`);
      guard.stdin.write(`${pid}\n`);
      child.once('exit', () => guard.stdin.writable && guard.stdin.write(`-${pid}\n`));
      const one = { ...control(child, pid), lastWords: () => tail(logFile) };
      running.push(one);
      return one;
    },
    async close() {
      await stop();
      await rm(directory, { recursive: true, force: true });
      if (!guard.stdin.writable) return;
      guard.ref();
      const gone = once(guard, 'exit');
      guard.stdin.end('done\n');
      await gone;
    },
  };
}

function spawnInto(logFile: string, program: string, args: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
  const log = openSync(logFile, 'a');
  try {
    const child = spawn(program, args, { stdio: ['ignore', log, log], env });
    child.once('error', () => {}); // told by the missing pid
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}

function control(child: ChildProcess, pid: number): Omit<Running, 'lastWords'> {
  const ended = () => child.exitCode !== null || child.signalCode !== null;
  return {
    pid,
    ended,
    exitCode: () => child.exitCode,
    async stop() {
      if (ended()) return;
      child.ref();
      const exit = once(child, 'exit');
      child.kill('SIGCONT'); // a test may have stopped it to make it slow
      child.kill('SIGTERM');
      const patience = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await exit;
      clearTimeout(patience);
    },
  };
}

function tail(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n').slice(-8).join('\n') : '';
}
