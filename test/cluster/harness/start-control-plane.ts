import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { flags } from '../../etcd/harness/flags.ts';
import { freePorts } from '../../etcd/harness/free-ports.ts';
import { getText } from '../../etcd/harness/get-text.ts';
import { openScene, type Running, type Scene } from '../../etcd/harness/scene.ts';
import { startEtcd, type Etcd, type EtcdOptions } from '../../etcd/harness/start-etcd.ts';
import { requiredTool } from '../../etcd/harness/tool.ts';
import { until } from '../../etcd/harness/until.ts';
import { apiClient, type ApiClient, type Method, type RequestOptions } from './api-client.ts';
import { kwokStages } from './kwok-stages.ts';
import { writeFiles, type AuditLevel, type ControlPlaneFiles } from './files.ts';

export type ControlPlaneOptions = {
  controllerManager?: boolean;
  /** `true` logs at level Metadata; each line is in the file before the request is answered. */
  audit?: boolean | AuditLevel;
  /** A fake kubelet: nodes become ready, the pods bound to them run. There is no scheduler: set `nodeName`. */
  kwok?: boolean;
  etcd?: EtcdOptions;
  /** Users beside `admin`, each with its groups; a service account's user name will do ("system:serviceaccount:NS:NAME"). */
  users?: Readonly<Record<string, readonly string[]>>;
  apiServerArgs?: readonly string[];
  controllerManagerArgs?: readonly string[];
  kwokArgs?: readonly string[];
  /** Where the API server listens (default: 127.0.0.1). */
  address?: string;
  /** A second API server on the same etcd. */
  replica?: boolean;
};

export type ControlPlane = {
  url: string;
  /** Token of `admin` (system:masters) or of one of the `users`. */
  tokenFor(user: string): string;
  /** Any answer, as text. */
  adminFetch(path: string, init?: RequestOptions & { method?: Method; body?: unknown }): ReturnType<ApiClient['send']>;
  request: ApiClient['request'];
  /** The second API server, with the same users. */
  replica?: Omit<ApiClient, 'close'>;
  etcd: Etcd;
  /** Path of a kubeconfig file of the administrator. */
  kubeconfig: string;
  /** Its certificate authority, PEM. */
  ca: string;
  auditLogFile: string;
  pids: { apiServer: number; controllerManager?: number; kwok?: number };
  /** Kills the API server in the midst of whatever it does, and starts it again where it was, after so many milliseconds. */
  restartApiServer(awayMs?: number): Promise<void>;
  /** Kills the controller manager and starts it again; its controllers work once the Lease of the killed one has run out. */
  restartControllerManager(): Promise<void>;
  /** Ends everything and removes all files. */
  stop(): Promise<void>;
};

/** Programs that `startControlPlane` needs, for `describeWith`. */
export function programsFor({ controllerManager, kwok }: ControlPlaneOptions): string[] {
  return [
    'etcd',
    'kube-apiserver',
    ...(controllerManager ? ['kube-controller-manager'] : []),
    ...(kwok ? ['kwok'] : []),
  ];
}

/** Starts etcd and a kube-apiserver that is ready, and with it what else was asked for, at work. Throws with the last words of what failed. */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const attempts = 3; // another process may take our port before the API server does
  for (let attempt = 1; ; attempt += 1) {
    const scene = openScene('control-plane');
    const etcd = await startEtcd(options.etcd).catch(async (error: unknown) => {
      await scene.close();
      throw error;
    });
    try {
      return await startIn(scene, etcd, options);
    } catch (error) {
      await scene.close();
      await etcd.stop();
      if (attempt === attempts || !String(error).includes('address already in use')) throw error;
    }
  }
}

async function startIn(scene: Scene, etcd: Etcd, options: ControlPlaneOptions): Promise<ControlPlane> {
  const [port = 0, kwokPort = 0, replicaPort = 0] = await freePorts(3);
  const { audit = false, address = '127.0.0.1' } = options;
  const url = `https://${address}:${port}`;
  const files = writeFiles(
    scene.directory,
    url,
    { admin: ['system:masters'], ...options.users },
    typeof audit === 'string' ? audit : 'Metadata',
  );
  const tokenFor = (user: string) => {
    const token = files.tokenOf.get(user);
    if (token === undefined) throw new Error(`no token was made for ${user}: name it among the users at the start`);
    return token;
  };

  const startApiServer = (): Running =>
    scene.start(requiredTool('kube-apiserver'), apiServerArguments(port, files, etcd, options));
  let apiServer = startApiServer();
  const ca = await certificate(files, apiServer);
  const client = apiClient(url, ca, tokenFor('admin'));
  // Its certificate is the first one's, which covers every port.
  const replica = options.replica ? apiClient(`https://${address}:${replicaPort}`, ca, tokenFor('admin')) : undefined;
  const ready = (process = apiServer, asked = client): Promise<unknown> =>
    until(
      'the API server to be ready',
      async () => {
        alive('kube-apiserver', process);
        const answer = await asked.send('GET', '/readyz').catch(() => undefined);
        return answer?.status === 200;
      },
      { withinMs: 60_000 },
    );
  try {
    await ready();
    if (replica) {
      const args = apiServerArguments(replicaPort, files, etcd, { ...options, audit: false });
      await ready(scene.start(requiredTool('kube-apiserver'), args, { name: 'replica' }), replica);
    }
    let controllerManager = options.controllerManager
      ? await startControllerManager(scene, files, client, options)
      : undefined;
    const kwok = options.kwok ? await startKwok(scene, files, kwokPort, options) : undefined;
    return {
      url,
      tokenFor,
      adminFetch: (path, { method = 'GET', body, ...init } = {}) => client.send(method, path, body, init),
      request: (...asked) => client.request(...asked),
      ...(replica && { replica }),
      etcd,
      kubeconfig: files.kubeconfig,
      ca,
      auditLogFile: files.auditLog,
      get pids() {
        return {
          apiServer: apiServer.pid,
          ...(controllerManager && { controllerManager: controllerManager.pid }),
          ...(kwok && { kwok: kwok.pid }),
        };
      },
      async restartApiServer(awayMs = 0) {
        process.kill(apiServer.pid, 'SIGKILL');
        await until('the API server to be gone', () => apiServer.ended());
        await pause(awayMs);
        apiServer = startApiServer();
        await ready();
      },
      async restartControllerManager() {
        const killed = controllerManager;
        if (!killed) throw new Error('no controller manager was started');
        process.kill(killed.pid, 'SIGKILL');
        await until('the controller manager to be gone', () => killed.ended());
        controllerManager = await startControllerManager(scene, files, client, options);
      },
      async stop() {
        client.close();
        replica?.close();
        await scene.close();
        await etcd.stop();
      },
    };
  } catch (error) {
    client.close();
    replica?.close();
    throw error;
  }
}

function apiServerArguments(
  port: number,
  files: ControlPlaneFiles,
  etcd: Etcd,
  { audit, controllerManager, apiServerArgs = [], address = '127.0.0.1' }: ControlPlaneOptions,
): string[] {
  const known = flags({
    'etcd-servers': etcd.endpoints.join(','),
    'bind-address': address,
    'secure-port': port,
    'cert-dir': files.certificates,
    'service-cluster-ip-range': '10.0.0.0/24',
    'service-account-issuer': 'https://kubernetes.default.svc',
    'service-account-key-file': files.serviceAccountKey,
    'service-account-signing-key-file': files.serviceAccountKey,
    'authorization-mode': 'RBAC',
    'token-auth-file': files.tokens,
    // without a controller manager nobody makes the service accounts that the plugin demands of pods
    'disable-admission-plugins': controllerManager ? undefined : 'ServiceAccount',
    'audit-policy-file': audit ? files.auditPolicy : undefined,
    'audit-log-path': audit ? files.auditLog : undefined,
  });
  return [...known, ...apiServerArgs];
}

async function certificate({ ca }: ControlPlaneFiles, apiServer: Running): Promise<string> {
  return until('the API server to write its certificate', () => {
    alive('kube-apiserver', apiServer);
    try {
      const pem = readFileSync(ca, 'utf8');
      return pem.trimEnd().endsWith('-----END CERTIFICATE-----') && pem;
    } catch {
      return undefined;
    }
  });
}

async function startControllerManager(
  scene: Scene,
  files: ControlPlaneFiles,
  client: ApiClient,
  { controllerManagerArgs = [] }: ControlPlaneOptions,
): Promise<Running> {
  const { kubeconfig, certificates, serviceAccountKey, ca } = files;
  const args = flags({
    kubeconfig,
    'authentication-kubeconfig': kubeconfig,
    'authorization-kubeconfig': kubeconfig,
    'service-account-private-key-file': serviceAccountKey,
    'root-ca-file': ca,
    'use-service-account-credentials': 'false',
    'cert-dir': certificates,
    'secure-port': 0,
  });
  const running = scene.start(requiredTool('kube-controller-manager'), [...args, ...controllerManagerArgs]);
  // it serves no health without a port; pods can be made once it has made their service account
  await until(
    'the controller manager to make a service account',
    async () => {
      alive('kube-controller-manager', running);
      return (await client.send('GET', '/api/v1/namespaces/default/serviceaccounts/default')).status === 200;
    },
    { withinMs: 60_000, everyMs: 100 },
  );
  return running;
}

async function startKwok(
  scene: Scene,
  { kubeconfig }: ControlPlaneFiles,
  port: number,
  { kwokArgs = [] }: ControlPlaneOptions,
): Promise<Running> {
  const config = join(scene.directory, 'kwok.yaml');
  writeFileSync(config, kwokStages);
  const args = flags({ kubeconfig, config, 'manage-all-nodes': true, 'server-address': `127.0.0.1:${port}` });
  const running = scene.start(requiredTool('kwok'), [...args, ...kwokArgs], {
    env: { ...process.env, KWOK_WORKDIR: scene.directory },
  });
  await until(
    'kwok to be healthy',
    async () => {
      alive('kwok', running);
      return (await getText(`http://127.0.0.1:${port}/healthz`)) !== undefined;
    },
    { withinMs: 60_000 },
  );
  return running;
}

function alive(name: string, process: Running): void {
  if (process.ended()) throw new Error(`${name} ended too early: ${process.lastWords()}`);
}
