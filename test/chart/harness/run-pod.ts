import { mkdirSync, writeFileSync } from 'node:fs';
import { get as httpGet } from 'node:http';
import { get as httpsGet } from 'node:https';
import { basename, dirname, join } from 'node:path';
import type { ControlPlane } from '../../cluster/harness/start-control-plane.ts';
import type { Running, Scene } from '../../etcd/harness/scene.ts';
import { program } from './describe-with-pods.ts';
import type { Place } from './pod-network.ts';
import type { Container, PodSpec } from './pods.ts';

/** What stands in for kubelet and nodes. */
export type Node = {
  readonly scene: Scene;
  /** Absent where the API server is down. */
  readonly world?: ControlPlane;
  readonly namespace: string;
  /** Names of Services and where they lead, as a cluster's DNS would tell. */
  readonly names: Map<string, string>;
  /** What stands in for directories of the node, by path. */
  readonly hostPaths?: ReadonlyMap<string, string>;
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
  readonly hostPath?: { readonly path: string };
  readonly projected?: { readonly sources: readonly { readonly serviceAccountToken: { path: string; audience: string } }[] };
};

/** Where a pod finds what is not in its image's root directory. */
const inPod = { files: '/run/stand-in/files', program: '/run/stand-in/program', node: '/run/stand-in/node' };

/**
 * Runs the first container of a pod spec as a process: its arguments as they are, its user, no capabilities, its mounts,
 * its service account's token, at an address of its own. Left out: the image, limits, and the read-only root.
 */
export async function runPod(node: Node, { address, within }: Place, name: string, spec: PodSpec): Promise<Pod> {
  const { scene, world, namespace } = node;
  const [container] = spec.containers;
  if (!container) throw new Error(`pod ${name} has no container`);
  const files = join(scene.directory, name);
  mkdirSync(files, { recursive: true });
  const hosts = [...node.names, ['localhost', '127.0.0.1']].map(([host, to]) => `${to} ${host}\n`).join('');
  writeFileSync(join(files, 'hosts'), hosts);
  const script = [
    'set -e',
    'mount -t tmpfs tmpfs /run',
    // An emptyDir at /tmp hides what a clone or a scene there holds.
    `mkdir -p ${inPod.files} ${inPod.program} && touch ${inPod.node}`,
    `mount --bind ${files} ${inPod.files}`,
    `mount --bind ${dirname(program)} ${inPod.program}`,
    `mount --bind ${process.execPath} ${inPod.node}`,
    // So that there can be directories in it, which are nobody else's.
    `mkdir -p ${files}/upper ${files}/work`,
    `mount -t overlay overlay -o lowerdir=/etc,upperdir=${files}/upper,workdir=${files}/work /etc`,
    `mount --bind ${files}/hosts /etc/hosts`,
    ...(await mountsFor(node, files, spec, container)),
    `exec setpriv --reuid=${userOf(spec)} --regid=${userOf(spec)} --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all -- "$@"`,
  ].join('\n');
  const { hostname = '', port = '' } = world ? new URL(world.url) : {};
  const [first, ...rest] = [...within, 'sh', '-c', script, 'pod', inPod.node];
  const running = scene.start(
    first,
    [...rest, '--disable-warning=ExperimentalWarning', join(inPod.program, basename(program)), ...(container.args ?? [])],
    {
      name: `${name}-pod`,
      env: {
        ...{ PATH: process.env['PATH'], HOME: '/nonexistent' },
        ...(world && { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port }),
      },
    },
  );
  return { address, process: running, isReady: () => probe(address, container) };

  async function tokenFor(audience?: string): Promise<string> {
    if (!world) throw new Error(`pod ${name} wants a token, and there is no API server`);
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${spec.serviceAccountName ?? 'default'}/token`;
    const made = await world.request('POST', path, { spec: audience === undefined ? {} : { audiences: [audience] } });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TokenRequest
    return (made['status'] as { token: string }).token;
  }

  async function mountsFor(of: Node, into: string, pod: PodSpec, { volumeMounts = [] }: Container): Promise<string[]> {
    const commands: string[] = [];
    // Last: one at /tmp hides what else is mounted from there.
    const empty: string[] = [];
    if (pod['automountServiceAccountToken'] === true) {
      const token = { token: await tokenFor(), 'ca.crt': world?.ca ?? '', namespace };
      commands.push(...put(into, '/var/run/secrets/kubernetes.io/serviceaccount', token));
    }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the API server takes them
    const volumes = (pod['volumes'] ?? []) as readonly Volume[];
    for (const { name: volume, mountPath, readOnly = false } of volumeMounts) {
      const { projected, emptyDir, hostPath } = volumes.find((each) => each.name === volume) ?? {};
      const source = projected?.sources[0]?.serviceAccountToken;
      const stand = hostPath && of.hostPaths?.get(hostPath.path);
      if (source) commands.push(...put(into, mountPath, { [source.path]: await tokenFor(source.audience) }));
      else if (emptyDir) empty.push(`mkdir -p ${mountPath}`, `mount -t tmpfs -o mode=1777 tmpfs ${mountPath}`);
      else if (stand !== undefined) {
        commands.push(`mkdir -p ${mountPath}`, `mount --bind ${stand} ${mountPath}`);
        if (readOnly) commands.push(`mount -o remount,bind,ro ${mountPath}`);
      } else throw new Error(`pod ${name} mounts ${volume}, which this harness cannot`);
    }
    return [...commands, ...empty];
  }
}

function userOf({ securityContext }: PodSpec): number {
  return securityContext?.runAsUser ?? 0;
}

/** Files into a directory of the scene, and the commands that copy them to `at`. */
function put(files: string, at: string, content: Readonly<Record<string, string>>): string[] {
  const from = join(files, at);
  mkdirSync(from, { recursive: true });
  for (const [name, text] of Object.entries(content)) writeFileSync(join(from, name), text);
  return [`mkdir -p ${at}`, `cp ${join(inPod.files, at)}/* ${at}/`];
}

async function probe(address: string, container: Container): Promise<boolean> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the API server takes it
  const { httpGet: asked } = container['readinessProbe'] as Probe;
  const port = (container.ports ?? []).find(({ name }) => name === asked.port)?.containerPort;
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
