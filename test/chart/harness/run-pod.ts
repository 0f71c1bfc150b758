import { mkdirSync, writeFileSync } from 'node:fs';
import { get as httpGet } from 'node:http';
import { get as httpsGet } from 'node:https';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ControlPlane } from '../../cluster/harness/start-control-plane.ts';
import type { Running, Scene } from '../../etcd/harness/scene.ts';
import type { PodNetwork } from './pod-network.ts';
import type { Container, PodSpec } from './pods.ts';

const program = fileURLToPath(new URL('../../../dist/lib/start.cjs', import.meta.url));

/** What stands in for kubelet and nodes. */
export type Node = {
  readonly scene: Scene;
  readonly world: ControlPlane;
  readonly network: PodNetwork;
  readonly namespace: string;
  /** Names of Services and where they lead, as a cluster's DNS would tell. */
  readonly names: Map<string, string>;
};

export type Pod = {
  readonly address: string;
  readonly process: Running;
  /** As the kubelet would find by its readinessProbe. */
  isReady(): Promise<boolean>;
};

type Probe = { readonly httpGet: { readonly path: string; readonly port: string; readonly scheme?: string } };
type Volume = {
  readonly name: string;
  readonly emptyDir?: object;
  readonly projected?: { readonly sources: readonly { readonly serviceAccountToken: { path: string; audience: string } }[] };
};

/**
 * Runs the first container of a pod spec as a process: its arguments as they are, its user, no capabilities, its mounts,
 * its service account's token, and an address of its own. Left out: the image, limits, and the read-only root.
 */
export async function runPod(node: Node, name: string, spec: PodSpec): Promise<Pod> {
  const { scene, world, network, namespace } = node;
  const [container] = spec.containers;
  if (!container) throw new Error(`pod ${name} has no container`);
  const { address, within } = network.addPod();
  const files = join(scene.directory, name);
  const mounts: string[] = ['mount -t tmpfs tmpfs /run'];
  const account = spec.serviceAccountName ?? 'default';
  if (spec['automountServiceAccountToken'] === true) {
    const at = '/var/run/secrets/kubernetes.io/serviceaccount';
    mounts.push(
      ...put(files, at, { token: await tokenOf(node, account), 'ca.crt': world.ca, namespace }),
    );
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the API server took them
  const volumes = (spec['volumes'] ?? []) as readonly Volume[];
  for (const { name: volume, mountPath } of mountsOf(container)) {
    const found = volumes.find((each) => each.name === volume);
    const source = found?.projected?.sources[0]?.serviceAccountToken;
    if (source) mounts.push(...put(files, mountPath, { [source.path]: await tokenOf(node, account, source.audience) }));
    else if (found?.emptyDir) mounts.push(`mkdir -p ${mountPath}`, `mount -t tmpfs -o mode=1777 tmpfs ${mountPath}`);
    else throw new Error(`pod ${name} mounts ${volume}, which this harness cannot`);
  }
  const hosts = join(files, 'hosts');
  writeFileSync(hosts, [...node.names, ['localhost', '127.0.0.1']].map(([host, to]) => `${to} ${host}\n`).join(''));
  mounts.push(`mount --bind ${hosts} /etc/hosts`);
  const asNobody = 'setpriv --reuid=65532 --regid=65532 --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all';
  const script = `set -e\n${mounts.join('\n')}\nexec ${asNobody} -- "$@"`;
  const { hostname, port } = new URL(world.url);
  const [first = '', ...rest] = within;
  const process_ = scene.start(
    first,
    [...rest, 'sh', '-c', script, 'pod', process.execPath, '--disable-warning=ExperimentalWarning', program, ...(container.args ?? [])],
    {
      name: `${name}-pod`,
      env: { PATH: process.env['PATH'], HOME: '/nonexistent', KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port },
    },
  );
  return { address, process: process_, isReady: () => probe(address, container) };
}

/** Files into a directory of the scene, and the commands that copy them to `at`. */
function put(files: string, at: string, content: Readonly<Record<string, string>>): string[] {
  const from = join(files, at);
  mkdirSync(from, { recursive: true });
  for (const [name, text] of Object.entries(content)) writeFileSync(join(from, name), text);
  return [`mkdir -p ${at}`, `cp ${from}/* ${at}/`];
}

async function tokenOf({ world, namespace }: Node, account: string, audience?: string): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`;
  const made = await world.request('POST', path, { spec: audience === undefined ? {} : { audiences: [audience] } });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TokenRequest
  return (made['status'] as { token: string }).token;
}

function mountsOf(container: Container): readonly { name: string; mountPath: string }[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the API server took them
  return (container['volumeMounts'] ?? []) as readonly { name: string; mountPath: string }[];
}

export function portsOf(container: Container): readonly { name: string; containerPort: number }[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the API server took them
  return (container['ports'] ?? []) as readonly { name: string; containerPort: number }[];
}

async function probe(address: string, container: Container): Promise<boolean> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the API server took it
  const { httpGet: asked } = container['readinessProbe'] as Probe;
  const port = portsOf(container).find(({ name }) => name === asked.port)?.containerPort;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const get = asked.scheme === 'HTTPS' ? httpsGet : httpGet;
  // A kubelet does not look at the certificate either.
  get({ host: address, port, path: asked.path, rejectUnauthorized: false, timeout: 1_000 }, (response) => {
    response.resume();
    resolve(response.statusCode === 200);
  })
    .on('timeout', () => resolve(false))
    .on('error', () => resolve(false));
  return promise;
}
