import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { issueAuthority, issueLeaf } from '../src/server/tls/issue.ts';
import { openScene, type Running, type Scene } from '../test/etcd/harness/scene.ts';
import { until } from '../test/etcd/harness/until.ts';
import { together, type Figures } from './figures.ts';
import { cpuOf, memoryOf } from './measure.ts';

const perSecond = 5_000;
const warmUpSeconds = 5;
const seconds = 20;
const million = 1_000_000;

/** The program itself, watching a stand-in of an API server that has more to tell than a real one could on this machine. */
export async function analyzerFigures(): Promise<Figures> {
  const scene = openScene('bench-analyzer');
  try {
    const speed = await speedFigures(scene);
    const memory = await memoryFigures(scene);
    return together([speed, memory]);
  } finally {
    await scene.close();
  }
}

async function speedFigures(scene: Scene): Promise<Figures> {
  const { analyzer, replay, stop } = await startBoth(scene, 'speed', 5_000, perSecond, 5_000);
  await until('the first list', async () => (await statusOf(analyzer)).synced, { withinMs: 60_000 });
  await pause(warmUpSeconds * 1_000);
  const before = { ...(await replay.told()), cpu: cpuOf(analyzer.process.pid), at: performance.now() };
  await pause(seconds * 1_000);
  const { revision, sent } = await replay.told();
  const { toRevision, coverage } = await statusOf(analyzer);
  const took = (performance.now() - before.at) / 1_000;
  const cpu = cpuOf(analyzer.process.pid) - before.cpu;
  await stop();
  const events = sent - before.sent;
  const behind = Math.max(0, revision - toRevision);
  const rate = events / took;
  const passedOver = coverage.growth - coverage.counted;
  console.error(
    `bench: analyzer: ${rate.toFixed(0)} events/s, ${((cpu * 1_000) / events).toFixed(0)} us each, ${((cpu / took) * 0.1).toFixed(0)} % of a core, ${behind} behind, ${passedOver} passed over`,
  );
  return {
    goals: [
      {
        what: 'analyzer: API watch events a second on one core without falling behind',
        allowed: perSecond,
        // A second behind and growing, or more than one core, is falling behind. The replay's own timer is not exact.
        measured:
          behind < perSecond && cpu / took < 1_000 && rate > perSecond * 0.98 ? Math.round(rate / 100) * 100 : 0,
        unit: 'events/s',
        atLeast: true,
      },
    ],
    notes: [
      `Changes of 5,000 pods, told by a local HTTP/2 server (bench/replay-api.ts) in place of an API server for ${seconds} s, in frames shaped as a kube-apiserver's, ${rate.toFixed(0)} a second: ${((cpu * 1_000) / events).toFixed(0)} us of CPU each, ${((cpu / took) * 0.1).toFixed(0)} % of a core with everything else the analyzer does; it was ${behind} events behind at the end and passed over ${passedOver}.`,
    ],
  };
}

async function memoryFigures(scene: Scene): Promise<Figures> {
  const { analyzer, stop } = await startBoth(scene, 'memory', million, 500, 20_000);
  const began = performance.now();
  await until('a million objects', async () => (await statusOf(analyzer)).objects >= million, {
    withinMs: 600_000,
    everyMs: 1_000,
  });
  const listed = (performance.now() - began) / 1_000;
  await pause(60_000);
  const { peak, own } = memoryOf(analyzer.process.pid);
  await stop();
  console.error(
    `bench: analyzer: a million objects listed in ${listed.toFixed(0)} s, peak ${peak.toFixed(0)} MB, now ${own.toFixed(0)} MB`,
  );
  return {
    goals: [
      { what: 'analyzer: memory with 1,000,000 live objects, its peak', allowed: 400, measured: peak, unit: 'MB' },
    ],
    notes: [
      `1,000,000 pods listed over one watch in ${listed.toFixed(0)} s, then a minute of 500 changes a second to 20,000 of them: ${peak.toFixed(0)} MB at the highest, ${own.toFixed(0)} MB of its own at the end.`,
    ],
  };
}

interface Analyzer {
  readonly process: Running;
  readonly api: number;
}

interface Status {
  readonly synced: boolean;
  readonly objects: number;
  readonly toRevision: number;
  readonly coverage: { readonly counted: number; readonly growth: number };
}

async function startBoth(scene: Scene, name: string, objects: number, rate: number, keys: number) {
  const authority = await issueAuthority('bench', new Date());
  const pair = await issueLeaf(authority, ['127.0.0.1'], new Date());
  const at = (file: string): string => join(scene.directory, `${name}.${file}`);
  for (const [file, text] of [
    ['ca', authority.certificate],
    ['crt', pair.certificate],
    ['key', pair.key],
  ] as const)
    writeFileSync(at(file), text);
  const replay = await startReplay([at('crt'), at('key'), String(objects), String(rate), String(keys)]);
  writeFileSync(
    at('kubeconfig'),
    JSON.stringify({
      ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'bench' },
      clusters: [
        { name: 'bench', cluster: { server: `https://127.0.0.1:${replay.port}`, 'certificate-authority': at('ca') } },
      ],
      users: [{ name: 'bench', user: { token: 'none' } }],
      contexts: [{ name: 'bench', context: { cluster: 'bench', user: 'bench' } }],
    }),
  );
  const process = scene.start(
    fileURLToPath(new URL('../dist/kubechurn', import.meta.url)),
    [
      ...['analyzer', '--kubeconfig', at('kubeconfig'), '--no-speak', '--health-host', '127.0.0.1'],
      ...['--api-port', '0', '--health-port', '0'],
    ],
    { name },
  );
  const api = await until('the analyzer to serve', () => {
    if (process.ended()) throw new Error(`the analyzer ended: ${process.lastWords()}`);
    const [, port] = /"api":(\d+)/.exec(process.lastWords()) ?? [];
    return port === undefined ? undefined : Number(port);
  });
  const analyzer: Analyzer = { process, api };
  return {
    analyzer,
    replay,
    async stop(): Promise<void> {
      await process.stop();
      replay.stop();
    },
  };
}

async function startReplay(args: readonly string[]) {
  const program = fileURLToPath(new URL('replay-api.ts', import.meta.url));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error('the replay ended');
    return value;
  };
  const port = Number(await line());
  return {
    port,
    async told(): Promise<{ readonly sent: number; readonly revision: number }> {
      child.stdin.write('\n');
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- printed by bench/replay-api.ts
      return JSON.parse(await line()) as { sent: number; revision: number };
    },
    stop: () => void child.kill(),
  };
}

async function statusOf({ api, process }: Analyzer): Promise<Status> {
  if (process.ended()) throw new Error(`the analyzer ended: ${process.lastWords()}`);
  const response = await fetch(`http://127.0.0.1:${api}/v1/status`);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own API
  return (await response.json()) as Status;
}

// `node bench/analyzer.ts` for these figures alone.
if (import.meta.main) console.log(await analyzerFigures());
