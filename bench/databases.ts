import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const directory = '.tools/bench';

/** Inputs and the Go program to compare with, below .tools/bench; paths are relative to the repository. */
export interface Databases {
  readonly churn: string;
  readonly keys: string;
  readonly count: string;
}

/** Builds the Go programs of bench/go and writes the two databases, once: they are the same every time. */
export function databases(): Databases {
  mkdirSync(`${root}${directory}`, { recursive: true });
  const go = ['go', `${root}.tools/go/bin/go`].find((each) => spawnSync(each, ['version']).status === 0);
  if (!go)
    throw new Error('the bench needs Go for its databases and for the program it compares with: install Go 1.26');
  must(go, ['build', '-o', `${root}${directory}/`, './count', './make-database'], `${root}bench/go`);
  return { churn: make('churn'), keys: make('keys'), count: `${directory}/count` };
}

function make(kind: 'churn' | 'keys'): string {
  const path = `${directory}/${kind}.db`;
  if (!existsSync(`${root}${path}`)) {
    console.error(`bench: writing ${path}`);
    must(`${root}${directory}/make-database`, [kind, `${path}.part`], root);
    renameSync(`${root}${path}.part`, `${root}${path}`);
  }
  return path;
}

function must(program: string, args: readonly string[], cwd: string): void {
  const { status } = spawnSync(program, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}`);
}
