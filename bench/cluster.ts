import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { probeAnnotation } from '../src/admission/probe.ts';
import { startControlPlane, type ControlPlane } from '../test/cluster/harness/start-control-plane.ts';
import { register, startWebhook, type Webhook } from '../test/cluster/harness/webhook.ts';
import { openScene, type Scene } from '../test/etcd/harness/scene.ts';
import { requiredTool } from '../test/etcd/harness/tool.ts';
import { until } from '../test/etcd/harness/until.ts';
import { together, type Figures } from './figures.ts';
import { cpuOf, median } from './measure.ts';

const webhookUser = 'system:serviceaccount:kubechurn:webhook';
const configuration = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/kubechurn';
const configMaps = '/api/v1/namespaces/default/configmaps';
const quietSeconds = 120;
const applies = 300;
const manifests = 300;

/** A real control plane with the webhook and the analyzer beside it: what they write, and what they cost those who write. */
export async function clusterFigures(rounds: number): Promise<Figures> {
  const scene = openScene('bench-cluster');
  const world = await startControlPlane({ audit: true, users: { [webhookUser]: [] } });
  try {
    await world.request('POST', '/api/v1/namespaces', { metadata: { name: 'kubechurn' } });
    const webhook = await startBoth(scene, world);
    await register(world, webhook);
    await isCalled(world, true);
    const footprint = await footprintFigures(world);
    const cost = await costFigures(scene, world, webhook, rounds);
    return together([footprint, cost]);
  } finally {
    await scene.close();
    await world.stop();
  }
}

async function startBoth(scene: Scene, world: ControlPlane): Promise<Webhook> {
  const analyzer = scene.start(
    fileURLToPath(new URL('../dist/kubechurn', import.meta.url)),
    [
      ...['analyzer', '--kubeconfig', world.kubeconfig, '--namespace', 'kubechurn', '--health-host', '127.0.0.1'],
      ...['--api-port', '0', '--health-port', '0', '--requests-host', '127.0.0.1', '--requests-port', '0'],
      ...['--webhook-account', webhookUser],
    ],
    { name: 'analyzer' },
  );
  const taking = await until('the analyzer to take requests', () => {
    if (analyzer.ended()) throw new Error(`the analyzer ended: ${analyzer.lastWords()}`);
    return /"taking":(\d+)/.exec(analyzer.lastWords())?.[1];
  });
  const token = join(scene.directory, 'token');
  writeFileSync(token, world.tokenFor(webhookUser));
  return startWebhook(scene, ['--analyzer', `http://127.0.0.1:${taking}`, '--token-file', token]);
}

/** Whether the API server calls the webhook shows in the warning that a dry run asks for. */
async function isCalled(world: ControlPlane, wanted: boolean): Promise<void> {
  const body = { metadata: { generateName: 'probe-', annotations: { [probeAnnotation]: 'bench' } } };
  await until(`the webhook ${wanted ? 'to be called' : 'not to be called'}`, async () => {
    const { warnings } = await world.adminFetch(`${configMaps}?dryRun=All`, { method: 'POST', body });
    return warnings.length > 0 === wanted;
  });
}

/** Nothing else writes: what comes by our user agent is ours. */
async function footprintFigures(world: ControlPlane): Promise<Figures> {
  await pause(10_000);
  const before = ownWrites(world);
  await pause(quietSeconds * 1_000);
  const perMinute = ((ownWrites(world) - before) * 60) / quietSeconds;
  console.error(`bench: footprint: ${perMinute.toFixed(1)} writes a minute`);
  return {
    goals: [{ what: 'own writes to etcd while nothing is wrong', allowed: 5, measured: perMinute, unit: 'a minute' }],
    notes: [
      `Analyzer and webhook on a real, idle kube-apiserver for ${quietSeconds} s: ${perMinute.toFixed(1)} writes of ours a minute by its audit log, which are the renewals of one Lease.`,
    ],
  };
}

const neverStored = new Set(['tokenreviews', 'selfsubjectaccessreviews', 'subjectaccessreviews']);

function ownWrites({ auditLogFile }: ControlPlane): number {
  return readFileSync(auditLogFile, 'utf8')
    .split('\n')
    .filter((line) => line.includes('"userAgent":"kubechurn"'))
    .map(
      (line) =>
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an audit event
        JSON.parse(line) as {
          readonly verb: string;
          readonly stage: string;
          readonly requestURI: string;
          readonly objectRef?: { readonly resource?: string };
          readonly responseStatus?: { readonly code?: number };
        },
    )
    .filter(
      ({ verb, stage, requestURI, objectRef, responseStatus }) =>
        ['create', 'update', 'patch', 'delete'].includes(verb) &&
        stage === 'ResponseComplete' &&
        (responseStatus?.code ?? 0) < 300 &&
        !requestURI.includes('dryRun') &&
        !neverStored.has(objectRef?.resource ?? ''),
    ).length;
}

interface Cost {
  /** ms of one apply at a time. */
  readonly p50: number;
  readonly p99: number;
  /** Manifests that one kubectl applies a second. */
  readonly throughput: number;
  /** CPU time of the API server for one of them, in ms. */
  readonly cpu: number;
}

async function costFigures(scene: Scene, world: ControlPlane, webhook: Webhook, rounds: number): Promise<Figures> {
  const runs: Record<'without' | 'with', Cost[]> = { without: [], with: [] };
  for (let round = 0; round < rounds; round++)
    for (const name of ['without', 'with'] as const) {
      if (name === 'with') await register(world, webhook);
      else await world.adminFetch(configuration, { method: 'DELETE' });
      await isCalled(world, name === 'with');
      const cost = { ...(await latencies(world)), ...(await throughput(scene, world)) };
      runs[name].push(cost);
      console.error(
        `bench: apply ${name} webhook: p50 ${cost.p50.toFixed(2)} ms, p99 ${cost.p99.toFixed(1)} ms, kubectl ${cost.throughput.toFixed(0)} a second`,
      );
    }
  const of = (name: keyof typeof runs, figure: keyof Cost): number => median(runs[name].map((run) => run[figure]));
  const told = (name: keyof typeof runs): string =>
    `p50 ${of(name, 'p50').toFixed(1)} ms, p99 ${of(name, 'p99').toFixed(1)} ms, kubectl ${of(name, 'throughput').toFixed(0)} manifests a second, ${of(name, 'cpu').toFixed(2)} ms of the API server's CPU each`;
  return {
    goals: [
      {
        what: 'added to a server-side apply by the webhook, at the median',
        allowed: 10,
        measured: of('with', 'p50') - of('without', 'p50'),
        unit: 'ms',
      },
      {
        what: 'throughput of kubectl apply with the webhook, against without',
        allowed: 0.9,
        measured: of('with', 'throughput') / of('without', 'throughput'),
        unit: 'times',
        atLeast: true,
      },
    ],
    notes: [
      `Server-side applies of a ConfigMap of 2 KB at a real kube-apiserver with the analyzer watching, one at a time over an open connection, and ${manifests} by one kubectl; medians of ${rounds} rounds turn by turn: without the webhook ${told('without')}; with it ${told('with')}. etcd, API server, webhook, analyzer and writers share the machine.`,
    ],
  };
}

let written = 0;

async function apply(world: ControlPlane, name: string): Promise<void> {
  const body = {
    ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } },
    data: { n: String((written += 1)), text: 'x'.repeat(2_000) },
  };
  await world.request('PATCH', `${configMaps}/${name}?force=true`, body, {
    fieldManager: 'bench',
    contentType: 'application/apply-patch+yaml',
  });
}

async function latencies(world: ControlPlane): Promise<Pick<Cost, 'p50' | 'p99'>> {
  const took: number[] = [];
  for (let i = 0; i < applies; i++) {
    const began = performance.now();
    await apply(world, `latency-${i % 50}`);
    took.push(performance.now() - began);
  }
  took.sort((a, b) => a - b);
  return { p50: median(took), p99: took[Math.floor(took.length * 0.99)] ?? 0 };
}

/** `kubectl apply` of a directory, each time with another value in each manifest. */
async function throughput(scene: Scene, world: ControlPlane): Promise<Pick<Cost, 'throughput' | 'cpu'>> {
  const file = join(scene.directory, 'manifests.json');
  const items = Array.from({ length: manifests }, (_, i) => ({
    ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `applied-${i}`, namespace: 'default' } },
    data: { n: String((written += 1)), text: 'x'.repeat(2_000) },
  }));
  writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  const before = cpuOf(world.pids.apiServer);
  const began = performance.now();
  const args = ['--kubeconfig', world.kubeconfig, 'apply', '--server-side', '--filename', file];
  const { code, said } = await ended(spawn(requiredTool('kubectl'), args, { stdio: ['ignore', 'ignore', 'pipe'] }));
  if (code !== 0) throw new Error(`kubectl apply ended with ${code}: ${said}`);
  const took = performance.now() - began;
  return { throughput: (manifests * 1_000) / took, cpu: (cpuOf(world.pids.apiServer) - before) / manifests };
}

async function ended(child: ChildProcessByStdio<null, null, Readable>) {
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const { promise, resolve } = Promise.withResolvers<{ readonly code: number | null; readonly said: string }>();
  child.on('close', (code) => resolve({ code, said }));
  return promise;
}

// `node bench/cluster.ts 3` for these figures alone.
if (import.meta.main) console.log(await clusterFigures(Number(process.argv[2] ?? 3)));
