import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { issueAuthority, issueLeaf } from '../../../src/server/tls/issue.ts';
import type { KeyPair } from '../../../src/server/tls/key-pair.ts';
import { freePorts } from '../../etcd/harness/free-ports.ts';
import type { Running, Scene } from '../../etcd/harness/scene.ts';
import { until } from '../../etcd/harness/until.ts';
import type { ControlPlane } from './start-control-plane.ts';
import { webhookConfiguration } from './webhook-configuration.ts';

const program = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));

export type Webhook = {
  readonly port: number;
  readonly url: string;
  readonly authority: KeyPair;
  readonly files: { readonly certificate: string; readonly key: string };
  readonly process: Running;
  /** The same again, on the same port and with the same files. */
  start(): Running;
  /** Another certificate into the files, of the same authority. */
  renew(at?: Date): Promise<KeyPair>;
};

/** `kubechurn webhook` as a process of its own, ready to answer. */
export async function startWebhook(scene: Scene, args: readonly string[] = [], name = 'webhook'): Promise<Webhook> {
  const [port = 0] = await freePorts(1);
  const authority = await issueAuthority('test', new Date());
  const files = {
    certificate: join(scene.directory, `${name}.crt`),
    key: join(scene.directory, `${name}.key`),
  };
  const renew = async (at = new Date()): Promise<KeyPair> => {
    const pair = await issueLeaf(authority, ['127.0.0.1'], at);
    writeFileSync(files.key, pair.key, { mode: 0o600 });
    writeFileSync(files.certificate, pair.certificate);
    return pair;
  };
  await renew();
  const start = (): Running =>
    scene.start(
      process.execPath,
      [
        ...['--disable-warning=ExperimentalWarning', program, 'webhook', '--host', '127.0.0.1', '--port', String(port)],
        ...['--tls-cert-file', files.certificate, '--tls-key-file', files.key, '--tls-reload', '100ms'],
        ...['--linger', '500ms', ...args],
      ],
      { name },
    );
  const running = start();
  await until('the webhook to serve', () => {
    if (running.ended()) throw new Error(`the webhook ended: ${running.lastWords()}`);
    return running.lastWords().includes('webhook serves');
  });
  return { port, url: `https://127.0.0.1:${port}`, authority, files, process: running, start, renew };
}

/** Registers it in place of what was registered before. The API server needs a moment to take notice. */
export async function register(world: ControlPlane, { url, authority }: Webhook): Promise<void> {
  const path = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
  await world.adminFetch(`${path}/kubechurn`, { method: 'DELETE' });
  await world.request('POST', path, webhookConfiguration({ url, ca: authority.certificate }));
}
