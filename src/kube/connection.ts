import { KubeConfig } from '@kubernetes/client-node';
import { readFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import { kubeErrors } from './errors.ts';

export interface KubeOptions {
  /** A file; without it KUBECONFIG, ~/.kube/config, or the service account of the pod. */
  readonly kubeconfig?: string;
  readonly context?: string;
}

/** What each connection and each request must carry. Read anew for every request: tokens and certificates expire. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: Tls;
}

export interface Tls {
  readonly ca?: Buffer | string;
  readonly cert?: Buffer | string;
  readonly key?: Buffer | string;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

export interface KubeConnection {
  /** `https://10.0.0.1:6443`, without a trailing slash. */
  readonly server: string;
  /** Of the context or the pod; `default` where none is set. */
  readonly namespace: string;
  readonly inCluster: boolean;
  readonly proxyUrl?: string;
  credentials(): Promise<Credentials>;
  /** For what client-node does itself: port-forward. */
  readonly config: KubeConfig;
}

/** Throws kubeErrors; reads files, asks no server. */
export function loadConnection({ kubeconfig, context }: KubeOptions): KubeConnection {
  const config = read(kubeconfig);
  if (context !== undefined) {
    if (!config.getContextObject(context))
      throw kubeErrors.noContext(
        context,
        config
          .getContexts()
          .map(({ name }) => name)
          .join(', '),
      );
    config.setCurrentContext(context);
  }
  const cluster = config.getCurrentCluster();
  if (!cluster) throw kubeErrors.noConfig('no kubeconfig names one');
  const { namespace } = config.getContextObject(config.getCurrentContext()) ?? {};
  return {
    server: cluster.server.replace(/\/+$/, ''),
    namespace: namespace ?? 'default',
    inCluster: config.getCurrentContext() === 'inClusterContext',
    ...(cluster.proxyUrl !== undefined && { proxyUrl: cluster.proxyUrl }),
    credentials: () => credentialsOf(config),
    config,
  };
}

function read(kubeconfig: string | undefined): KubeConfig {
  const config = new KubeConfig();
  try {
    if (kubeconfig === undefined) config.loadFromDefault({ onInvalidEntry: 'filter' });
    else config.loadFromFile(kubeconfig, { onInvalidEntry: 'filter' });
  } catch (error) {
    throw kubeErrors.noConfig(error instanceof Error ? error.message : String(error));
  }
  // client-node's last resort is an unsecured server on this machine, which nobody asked for.
  if (config.getCurrentContext() === 'loaded-context' && config.getCurrentCluster()?.server === 'http://localhost:8080')
    throw kubeErrors.noConfig('neither KUBECONFIG nor ~/.kube/config is there');
  return config;
}

async function credentialsOf(config: KubeConfig): Promise<Credentials> {
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  const { headers = {}, auth, ca, cert, key, servername, rejectUnauthorized } = options;
  const fresh = await tokenInFile(config);
  const basic: Record<string, string> =
    typeof auth === 'string' ? { authorization: `Basic ${Buffer.from(auth).toString('base64')}` } : {};
  return {
    headers: {
      ...basic,
      ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)])),
      ...(fresh !== undefined && { authorization: `Bearer ${fresh}` }),
    },
    tls: {
      ...(isPem(ca) && { ca }),
      ...(isPem(cert) && { cert }),
      ...(isPem(key) && { key }),
      ...(servername !== undefined && { servername }),
      ...(rejectUnauthorized !== undefined && { rejectUnauthorized }),
    },
  };
}

/** client-node keeps what it read for a minute; a projected token may have ended since. */
async function tokenInFile(config: KubeConfig): Promise<string | undefined> {
  const provider: unknown = config.getCurrentUser()?.authProvider;
  const tokenFile = fieldOf(fieldOf(provider, 'config'), 'tokenFile');
  return typeof tokenFile === 'string' ? (await readFile(tokenFile, 'utf8')).trim() : undefined;
}

function fieldOf(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null ? Object.getOwnPropertyDescriptor(of, name)?.value : undefined;
}

function isPem(value: unknown): value is Buffer | string {
  return typeof value === 'string' || Buffer.isBuffer(value);
}
