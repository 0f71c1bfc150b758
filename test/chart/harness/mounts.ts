import { chmodSync, chownSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ControlPlane } from '../../cluster/harness/start-control-plane.ts';
import type { Node } from './node.ts';
import type { PodSpec } from './pods.ts';

type Volume = {
  readonly name: string;
  readonly emptyDir?: object;
  readonly hostPath?: { readonly path: string };
  readonly persistentVolumeClaim?: { readonly claimName: string };
  readonly secret?: { readonly secretName: string; readonly defaultMode?: number };
  readonly projected?: {
    readonly sources: readonly {
      readonly serviceAccountToken?: { readonly path: string; readonly audience?: string };
      readonly configMap?: { readonly name: string };
      readonly downwardAPI?: object;
    }[];
  };
};

const accountDirectory = '/var/run/secrets/kubernetes.io/serviceaccount';

export type Mounts = {
  /** Lines of a shell script that mounts everything. */
  readonly commands: readonly string[];
  /** What a kubelet does within a minute after a Secret has changed: all its files become others at once. */
  refresh(): Promise<void>;
};

/** What a pod's first container finds in its directories, made in `files`; `copied` is where the pod sees those. */
export async function mountsOf(node: Node, name: string, spec: PodSpec, files: string, copied: string): Promise<Mounts> {
  const { world, namespace, hostPaths, claims } = node;
  const commands: string[] = [];
  // Last: one at /tmp hides what else is mounted from there.
  const empty: string[] = [];
  const refreshed: (() => Promise<void>)[] = [];

  const places = (spec.containers[0]?.volumeMounts ?? []).map(({ mountPath }) => mountPath);
  // A pod that went through an API server has a volume for it.
  if (spec['automountServiceAccountToken'] === true && !places.includes(accountDirectory)) {
    const token = { token: await tokenFor(), 'ca.crt': apiServer().ca, namespace };
    put(accountDirectory, token);
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the API server takes them
  const volumes = (spec['volumes'] ?? []) as readonly Volume[];
  for (const { name: volume, mountPath, readOnly = false } of spec.containers[0]?.volumeMounts ?? []) {
    const { projected, emptyDir, hostPath, secret, persistentVolumeClaim } = volumes.find((each) => each.name === volume) ?? {};
    const claim = claims?.get(persistentVolumeClaim?.claimName ?? '');
    const stand = hostPaths?.get(hostPath?.path ?? '') ?? claim;
    if (claim !== undefined) giveTo(claim, spec.securityContext?.fsGroup ?? 0);
    if (projected) put(mountPath, await projectedFiles(projected));
    else if (emptyDir) empty.push(`mkdir -p ${mountPath}`, `mount -t tmpfs -o mode=1777 tmpfs ${mountPath}`);
    else if (secret) bind(await secretDirectory(volume, secret), mountPath, readOnly);
    else if (stand !== undefined) bind(stand, mountPath, readOnly);
    else throw new Error(`pod ${name} mounts ${volume}, which this harness cannot`);
  }
  return {
    commands: [...commands, ...empty],
    async refresh() {
      for (const each of refreshed) await each();
    },
  };

  function apiServer(): ControlPlane {
    if (!world) throw new Error(`pod ${name} wants a token or a Secret, and there is no API server`);
    return world;
  }

  /** Of its own, and of what the API server adds to each pod for its service account. */
  async function projectedFiles({ sources }: NonNullable<Volume['projected']>): Promise<Record<string, string>> {
    const found: Record<string, string> = {};
    for (const { serviceAccountToken: token, configMap, downwardAPI } of sources) {
      if (token) found[token.path] = await tokenFor(token.audience);
      if (configMap) found['ca.crt'] = apiServer().ca;
      if (downwardAPI) found['namespace'] = namespace;
    }
    return found;
  }

  async function tokenFor(audience?: string): Promise<string> {
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${spec.serviceAccountName ?? 'default'}/token`;
    const made = await apiServer().request('POST', path, { spec: audience === undefined ? {} : { audiences: [audience] } });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TokenRequest
    return (made['status'] as { token: string }).token;
  }

  function bind(from: string, at: string, readOnly: boolean): void {
    commands.push(`mkdir -p ${at}`, `mount --bind ${from} ${at}`);
    if (readOnly) commands.push(`mount -o remount,bind,ro ${at}`);
  }

  /** Files of the scene, and the commands that copy them to `at`. */
  function put(at: string, content: Readonly<Record<string, string>>): void {
    const from = join(files, at);
    mkdirSync(from, { recursive: true });
    for (const [file, text] of Object.entries(content)) writeFileSync(join(from, file), text);
    commands.push(`mkdir -p ${at}`, `cp ${join(copied, at)}/* ${at}/`);
  }

  /** As kubelets lay it out (pkg/volume/util/atomic_writer.go): one symbolic link leads to all files, and is replaced. */
  async function secretDirectory(volume: string, of: NonNullable<Volume['secret']>): Promise<string> {
    const directory = join(files, 'secrets', volume);
    mkdirSync(directory, { recursive: true });
    let version = 0;
    const write = async (): Promise<string[]> => {
      const { data } = await apiServer().request('GET', `/api/v1/namespaces/${namespace}/secrets/${of.secretName}`);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a Secret
      const entries = Object.entries((data ?? {}) as Readonly<Record<string, string>>);
      version += 1;
      mkdirSync(join(directory, `..${version}`));
      for (const [file, text] of entries) {
        const path = join(directory, `..${version}`, file);
        writeFileSync(path, Buffer.from(text, 'base64'));
        chmodSync(path, of.defaultMode ?? 0o644);
        chownSync(path, 0, spec.securityContext?.fsGroup ?? 0);
      }
      symlinkSync(`..${version}`, join(directory, '..new'));
      renameSync(join(directory, '..new'), join(directory, '..data'));
      return entries.map(([file]) => file);
    };
    for (const file of await write()) symlinkSync(join('..data', file), join(directory, file));
    refreshed.push(async () => void (await write()));
    return directory;
  }
}

/** As a kubelet does with a volume that it may. */
function giveTo(directory: string, group: number): void {
  chownSync(directory, 0, group);
  chmodSync(directory, 0o2775);
}
