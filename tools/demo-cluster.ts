import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startControlPlane, type ControlPlane } from '../test/cluster/harness/start-control-plane.ts';
import { register, startWebhook } from '../test/cluster/harness/webhook.ts';
import { openScene } from '../test/etcd/harness/scene.ts';
import { requiredTool } from '../test/etcd/harness/tool.ts';
import { until } from '../test/etcd/harness/until.ts';
import { kubechurn } from '../test/incidents/triage.ts';

const folder = fileURLToPath(new URL('../dist/demo-cluster', import.meta.url));
const manifest = `${folder}/settings.yaml`;
const quotaBytes = 48 * 2 ** 20;
const MiB = 2 ** 20;
const [flux, operator, webhookUser] = [
  'system:serviceaccount:flux-system:kustomize-controller',
  'system:serviceaccount:shop:shop-operator',
  'system:serviceaccount:kubechurn:webhook',
] as const;
const users = {
  alice: ['system:masters'],
  [flux]: ['system:masters'],
  [operator]: ['system:masters'],
  [webhookUser]: [],
};
const apply = ['apply', '--server-side', '--filename'];
const settings = '/api/v1/namespaces/shop/configmaps/settings';
/** Some controllers keep a whole page in an object: each write stores all of it again. */
const large = 'x'.repeat(100_000);

const say = (line = '') => process.stdout.write(`${line}\n`);
const short = (path: string) => relative(process.cwd(), path);
const scene = openScene('demo-cluster');
let world: ControlPlane | undefined;
let fight: ReturnType<typeof startFight> | undefined;

rmSync(folder, { recursive: true, force: true });
mkdirSync(`${folder}/backup`, { recursive: true });
try {
  world = await startControlPlane({ users, etcd: { quotaBytes } });
  process.exitCode = (await show(world)) ? 0 : 1;
} finally {
  await fight?.stop();
  await scene.close();
  await world?.stop();
}

async function show(plane: ControlPlane): Promise<boolean> {
  const analyzer = await startAll(plane);
  say(
    `A real control plane: etcd with a quota of ${quotaBytes / MiB} MiB, kube-apiserver, kubechurn's webhook and analyzer.`,
  );
  say('Two controllers want different things of one ConfigMap, and neither gives in.');
  fight = startFight(plane);
  await until('the fight to be seen for what it is', () => isNamed(analyzer), { withinMs: 180_000, everyMs: 500 });

  say();
  say('Somebody applies a change to that ConfigMap:');
  if (!showWarning(await warningOf(plane))) return false;

  say();
  say('Who is it, and why?');
  const named =
    run('top', '--all-namespaces', '--top', '5', '--analyzer', analyzer) &&
    run('triage', '--analyzer', analyzer, '--top', '3');
  if (!named) return false;

  // What it costs, while nobody acts.
  const full = await until('the loop to fill the database', async () => await sizeAbove(plane, 0.8), {
    withinMs: 180_000,
    everyMs: 500,
  });
  say();
  say(
    `Meanwhile the database has grown to ${full} of ${quotaBytes / MiB} MiB. Its namespace asks for loops to be slowed:`,
  );
  const before = await writesPerSecond(plane);
  label(plane);
  await until('the loop to be refused', () => fight?.refused() ?? 0, { withinMs: 60_000 });
  const after = await until(
    'the loop to be broken',
    async () => {
      const rate = await writesPerSecond(plane);
      return rate < before / 4 && rate.toFixed(1);
    },
    { withinMs: 60_000 },
  );
  say(`Before, ${before.toFixed(0)} writes reached etcd each second; now ${after}. Whoever goes on is told`);
  say(`  ${fight.refusal()}`);
  if (!run('throttle', 'status')) return false;

  say();
  say('The database is got back, evidence first:');
  const { endpoint } = plane.etcd;
  const steps = ['--backup', `${short(folder)}/backup`, '--keep', '5s', '--accept-outage', '--rearm-watch', '5s'];
  if (!run('maintain', '--etcd', endpoint, ...steps)) return false;
  say();
  say(`The database has ${await sizeOf(plane)} MiB now, and the API server goes on:`);
  const { status } = await plane.adminFetch('/api/v1/namespaces/shop/configmaps', {
    method: 'POST',
    body: { metadata: { name: 'after' } },
  });
  say(`one more ConfigMap: ${status === 201 ? 'created' : `answered with ${status}?!`}`);
  return status === 201;
}

/** Analyzer and webhook, registered and at work; where the analyzer listens. */
async function startAll(plane: ControlPlane): Promise<string> {
  for (const name of ['kubechurn', 'shop']) await plane.request('POST', '/api/v1/namespaces', { metadata: { name } });
  await plane.request('POST', '/api/v1/namespaces/shop/configmaps', {
    metadata: { name: 'settings' },
    data: { mode: 'fast', page: large },
  });
  const process = scene.start(
    kubechurn,
    [
      ...['analyzer', '--kubeconfig', plane.kubeconfig, '--namespace', 'kubechurn', '--webhook-account', webhookUser],
      ...['--api-port', '0', '--health-host', '127.0.0.1', '--health-port', '0'],
      ...['--requests-host', '127.0.0.1', '--requests-port', '0', '--quota', String(quotaBytes)],
    ],
    { name: 'analyzer' },
  );
  const [api, taking] = await until('the analyzer to serve', () => {
    if (process.ended()) throw new Error(`the analyzer ended: ${process.lastWords()}`);
    const words = process.lastWords();
    const ports = ['api', 'taking'].map((name) => new RegExp(`"${name}":(\\d+)`).exec(words)?.[1]);
    return words.includes('counting began') && ports.every((port) => port !== undefined) && ports;
  });
  const token = `${scene.directory}/token`;
  writeFileSync(token, plane.tokenFor(webhookUser));
  const to = ['--analyzer', `http://127.0.0.1:${taking}`, '--token-file', token];
  await register(plane, await startWebhook(scene, [...to, '--throttle', '--kubeconfig', plane.kubeconfig]));
  return `http://127.0.0.1:${api}`;
}

function label({ kubeconfig }: ControlPlane): void {
  const asked = ['label', 'namespace', 'shop', 'kubechurn.dev/throttle=on'];
  say(`$ kubectl ${asked.join(' ')}`);
  spawnSync(requiredTool('kubectl'), ['--kubeconfig', kubeconfig, ...asked], { stdio: 'inherit' });
}

/** Revisions of etcd over two seconds. */
async function writesPerSecond({ etcd }: ControlPlane): Promise<number> {
  const began = performance.now();
  const { revision } = await etcd.client.status();
  await pause(2_000);
  return ((await etcd.client.status()).revision - revision) / ((performance.now() - began) / 1_000);
}

/** Each wants its own value, and looks a few times a second. */
function startFight(plane: ControlPlane) {
  const ending = new AbortController();
  let refused = 0;
  let refusal = '';
  const side = async (user: string, mode: string): Promise<void> => {
    const token = plane.tokenFor(user);
    for (let failures = 0; !ending.signal.aborted;) {
      const manager = user.slice(user.lastIndexOf(':') + 1);
      const { status, text } = await plane.adminFetch(`${settings}?fieldManager=${manager}`, {
        ...{ method: 'PATCH', token, body: { data: { mode } } },
      });
      if (status === 429) {
        refused++;
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a Status
        refusal = (JSON.parse(text) as { message: string }).message;
      }
      failures = status === 200 ? 0 : failures + 1;
      // As client-go's work queue: a key that fails waits longer each time.
      await pause(failures === 0 ? 60 : Math.min(5_000, 60 * 2 ** failures));
    }
  };
  const sides = Promise.all([side(flux, 'safe'), side(operator, 'fast')]);
  return {
    refused: () => refused,
    refusal: () => refusal,
    async stop(): Promise<void> {
      ending.abort();
      await sides;
    },
  };
}

/** A finding of high confidence that names accounts: what the throttle asks for. */
async function isNamed(analyzer: string): Promise<boolean> {
  const response = await fetch(`${analyzer}/v1/findings`);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own API
  const standing = (await response.json()) as readonly {
    readonly finding: {
      readonly confidence: string;
      readonly subject: { readonly name: string };
      readonly writers: readonly { readonly name: string; readonly kind: string }[];
    };
  }[];
  return standing.some(
    ({ finding: { confidence, subject, writers } }) =>
      subject.name === 'settings' &&
      confidence === 'high' &&
      [flux, operator].every((user) => writers.some(({ name, kind }) => kind === 'user' && name === user)),
  );
}

/** What kubectl prints. The webhook hears of findings with the analyzer's next reply. */
async function warningOf(plane: ControlPlane): Promise<string> {
  writeFileSync(
    manifest,
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n  namespace: shop\ndata:\n  theme: dark\n',
  );
  const args = ['--kubeconfig', plane.kubeconfig, '--token', plane.tokenFor('alice'), ...apply, manifest];
  return until(
    'a warning',
    () => {
      const { stdout, stderr } = spawnSync(requiredTool('kubectl'), args, { encoding: 'utf8' });
      return stderr.includes('Warning: kubechurn') && `${stderr}${stdout}`;
    },
    { withinMs: 60_000, everyMs: 500 },
  );
}

function showWarning(said: string): boolean {
  say(`$ kubectl ${apply.join(' ')} ${short(manifest)}`);
  process.stdout.write(said);
  return said.includes('Warning: kubechurn') || failed('nobody was warned');
}

async function sizeOf(plane: ControlPlane): Promise<string> {
  return ((await plane.etcd.client.status()).sizeBytes / MiB).toFixed(1);
}

async function sizeAbove(plane: ControlPlane, share: number): Promise<string | undefined> {
  const { sizeBytes } = await plane.etcd.client.status();
  return sizeBytes >= share * quotaBytes ? (sizeBytes / MiB).toFixed(1) : undefined;
}

/** Shows a command and what it says. */
function run(...args: readonly string[]): boolean {
  say();
  say(`$ dist/kubechurn ${args.join(' ')}`);
  const env = { ...process.env, ...(world && { KUBECONFIG: world.kubeconfig }) };
  return spawnSync(kubechurn, args, { stdio: 'inherit', env }).status === 0;
}

function failed(why: string): false {
  say(`The demo failed: ${why}.`);
  return false;
}
