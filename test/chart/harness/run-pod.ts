import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { get as httpGet } from 'node:http';
import { get as httpsGet } from 'node:https';
import { basename, dirname, join } from 'node:path';
import type { Running } from '../../etcd/harness/scene.ts';
import { until } from '../../etcd/harness/until.ts';
import { program } from './describe-with-pods.ts';
import { mountsOf } from './mounts.ts';
import type { Node } from './node.ts';
import type { Place } from './pod-network.ts';
import type { Container, PodSpec } from './pods.ts';

export type Pod = {
  readonly address: string;
  readonly process: Running;
  /** All it has written, as `kubectl logs` shows. */
  log(): string;
  /** As the kubelet would find by its readinessProbe. */
  isReady(): Promise<boolean>;
  /** Tells it to end by SIGTERM, and resolves once it has; throws where it has not within its grace period. */
  end(): Promise<unknown>;
  /** Gives it the Secrets as they are now, as a kubelet does within a minute. */
  refreshSecrets(): Promise<void>;
};

type Probe = { readonly httpGet: { readonly path: string; readonly port: string; readonly scheme?: string } };

/** Where a pod finds what is not in its image's root directory. */
const inPod = { files: '/run/stand-in/files', program: '/run/stand-in/program', node: '/run/stand-in/node' };

/**
 * Runs the first container of a pod spec as a process: its arguments as they are, its user, no capabilities, its mounts,
 * its service account's token, at an address of its own. Left out: the image, limits, and the read-only root.
 */
export async function runPod(node: Node, { address, within }: Place, name: string, spec: PodSpec): Promise<Pod> {
  const { scene, world } = node;
  const [container] = spec.containers;
  if (!container) throw new Error(`pod ${name} has no container`);
  const user = spec.securityContext?.runAsUser ?? 0;
  const files = join(scene.directory, name);
  mkdirSync(files, { recursive: true });
  const hosts = [...node.names, ['localhost', '127.0.0.1']].map(([host, to]) => `${to} ${host}\n`).join('');
  writeFileSync(join(files, 'hosts'), hosts);
  const mounts = await mountsOf(node, name, spec, files, inPod.files);
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
    ...mounts.commands,
    `exec setpriv --reuid=${user} --regid=${user} --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all -- "$@"`,
  ].join('\n');
  const { hostname = '', port = '' } = world ? new URL(world.url) : {};
  const [first, ...rest] = [...within, 'sh', '-c', script, 'pod'];
  const { command, args = [] } = container;
  const started = command
    ? // Where the image has it (Dockerfile).
      command.map((word) => (word === '/nodejs/bin/node' ? inPod.node : word))
    : [inPod.node, '--disable-warning=ExperimentalWarning', join(inPod.program, basename(program))];
  const called = `${name}-pod`;
  const running = scene.start(
    first,
    [...rest, ...started, ...args],
    {
      name: called,
      env: {
        ...{ PATH: process.env['PATH'], HOME: '/nonexistent' },
        ...(world && { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port }),
      },
    },
  );
  let ending: Promise<unknown> | undefined;
  return {
    address,
    process: running,
    log: () => readFileSync(join(scene.directory, `${called}.log`), 'utf8'),
    end() {
      // A second signal would kill it, and no kubelet sends one.
      if (!ending && !running.ended()) process.kill(running.pid, 'SIGTERM');
      const { terminationGracePeriodSeconds: seconds = 30 } = spec;
      ending ??= until(`pod ${name} to end`, () => running.ended(), { withinMs: seconds * 1000 });
      return ending;
    },
    isReady: () => probe(address, container),
    refreshSecrets: () => mounts.refresh(),
  };
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
