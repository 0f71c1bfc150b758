import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { jestSummary, type Summary } from './jest-summary.ts';

/** Each suite is a folder of test/, or the one world in it; `real` ones start programs, so they take one file at a time. */
const suites = {
  pure: ['--selectProjects', 'pure', '--maxWorkers=2'],
  etcd: ['--selectProjects', 'real', '--runInBand', '--testPathPatterns', '/test/etcd/'],
  incidents: ['--selectProjects', 'real', '--runInBand', '--testPathPatterns', '/test/incidents/'],
  cli: ['--selectProjects', 'real', '--runInBand', '--testPathPatterns', '/test/cli/'],
  browser: ['--selectProjects', 'real', '--runInBand', '--testPathPatterns', '/test/browser/'],
  chart: ['--selectProjects', 'real', '--runInBand', '--testPathPatterns', '/test/chart/'],
  faults: ['--selectProjects', 'faults', '--runInBand'],
  cluster: ['--selectProjects', 'real', '--runInBand', '--testPathPatterns', '/test/cluster/[^/]+$'],
  world: ['--selectProjects', 'real', '--runInBand', '--testPathPatterns', '/test/cluster/world/'],
} satisfies Record<string, readonly string[]>;

// jest runs ES modules only under this flag; given to node itself, it does not reach the programs that tests start.
const jest = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  'node_modules/jest/bin/jest.js',
  '--passWithNoTests',
];

const total: Summary = { passed: 0, failed: [], skipped: [] };
const budget: unknown = JSON.parse(await readFile('test/budget.json', 'utf8'));

/** Exit code (-1 when killed) and all that the program said, which is also shown as it comes, behind `label`. */
function run(program: string, args: readonly string[], label = ''): Promise<{ code: number; said: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ code: number; said: string }>();
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      said += `${line}\n`;
      process.stdout.write(`${label}${line}\n`);
    });
  }
  child.on('error', reject);
  child.on('close', (code) => resolve({ code: code ?? -1, said }));
  return promise;
}

function budgetOf(name: string): number {
  const seconds: unknown = typeof budget === 'object' && budget !== null ? Reflect.get(budget, name) : undefined;
  if (typeof seconds !== 'number') throw new Error(`test/budget.json has no line for ${name}`);
  return seconds;
}

async function timed(name: string, work: () => Promise<void>): Promise<void> {
  console.log(`== ${name}`);
  const began = performance.now();
  await work();
  const seconds = (performance.now() - began) / 1000;
  const allowed = budgetOf(name);
  console.log(`== ${name}: ${seconds.toFixed(1)} s of ${allowed} s`);
  if (seconds > allowed)
    total.failed.push(`${name} took ${seconds.toFixed(1)} s, test/budget.json allows ${allowed} s`);
}

const step = (name: string, program: string, args: readonly string[]) =>
  timed(name, async () => {
    const { code } = await run(program, args);
    if (code !== 0) total.failed.push(name);
  });

async function suite(name: keyof typeof suites): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'kubechurn-tests-'));
  await timed(name, async () => {
    const results = join(scratch, 'results.json');
    const args = [...jest, ...suites[name], '--json', '--outputFile', results];
    const { code, said } = await run(process.execPath, args, `${name.padEnd(9)} | `);
    const text = await readFile(results, 'utf8').catch(() => undefined);
    const summary = text === undefined ? undefined : jestSummary(JSON.parse(text), said);
    total.passed += summary?.passed ?? 0;
    total.failed.push(...(summary?.failed ?? []));
    total.skipped.push(...(summary?.skipped ?? []));
    if (code !== 0 && !summary?.failed.length) total.failed.push(`jest ended with ${code} in ${name}`);
  });
  await rm(scratch, { recursive: true, force: true });
}

if (process.argv[2] === 'all') {
  await step('lint', process.execPath, ['tools/lint.ts']);
  await step('build', process.execPath, ['tools/build.ts']);
}
if (process.argv[2] === 'faults') {
  await step('build', process.execPath, ['tools/build.ts']);
  await timed(
    'tools',
    async () => void (await run('tools/bring/bring.sh', ['etcd', 'etcd-3.4', 'etcd-3.5', 'etcd-3.6', 'etcdctl'])),
  );
  await suite('faults');
} else await suite('pure');
if (process.argv[2] === 'all') {
  // What cannot be had is no failure: bring.sh says so, and the tests that need it are listed as skipped.
  await timed('tools', async () => void (await run('tools/bring/bring.sh', ['all'])));
  // Two at a time, since they wait more than they compute; the longest first.
  const waiting: (keyof typeof suites)[] = ['cluster', 'etcd', 'chart', 'cli', 'incidents', 'browser'];
  const lane = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) await suite(name);
  };
  await Promise.all([lane(), lane()]);
  // Alone: its loops must keep their pace.
  await suite('world');
}

if (total.skipped.length > 0) console.log(`\nSkipped:\n${total.skipped.map((each) => `  ${each}`).join('\n')}`);
if (total.failed.length > 0) console.log(`\nFailed:\n${total.failed.map((each) => `  ${each}`).join('\n')}`);
console.log(`\n${total.passed} passed, ${total.failed.length} failed, ${total.skipped.length} skipped`);
process.exitCode = total.failed.length > 0 ? 1 : 0;
