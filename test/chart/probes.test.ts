import { Agent, get } from 'node:https';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { serveHealth, type Listening } from '../../src/server/analyzer-api.ts';
import { issueAuthority, issueLeaf } from '../../src/server/tls/issue.ts';
import { startWebhookServer, type WebhookServer } from '../../src/server/webhook-server.ts';
import { describeWith } from '../etcd/harness/describe-with.ts';
import { inCi, objectsOf, valuesFiles } from './harness/helm.ts';
import { podOf, type Container } from './harness/pods.ts';

type Probe = { readonly httpGet: { readonly path: string; readonly port: string; readonly scheme?: 'HTTPS' } };

const probesOf = (container: Container): Probe[] =>
  ['startupProbe', 'readinessProbe', 'livenessProbe'].flatMap((name) => (container[name] as Probe | undefined) ?? []);

describeWith(['helm'], 'the probes that the chart sets', () => {
  const metrics = { text: async () => '', contentType: 'text/plain', metrics: async () => ({ text: '', contentType: '' }) };
  const local = { host: '127.0.0.1', port: 0 };
  const agent = new Agent({ rejectUnauthorized: false });
  let analyzer: Listening;
  let webhook: WebhookServer;

  beforeAll(async () => {
    const notReady = () => undefined;
    analyzer = await serveHealth(local, { notReady, metrics: metrics.metrics });
    const pair = await issueLeaf(await issueAuthority('test', new Date()), ['localhost'], new Date());
    const rest = { answer: () => ({ refused: '' }), onRefused: () => undefined };
    webhook = await startWebhookServer({ ...local, pair, metrics, notReady, ...rest });
  });
  afterAll(async () => {
    agent.destroy();
    await analyzer.close();
    await webhook.stop({ lingerMs: 0, atMostMs: 0 });
  });

  async function statusOf({ httpGet: { path, scheme } }: Probe): Promise<number> {
    if (scheme !== 'HTTPS') return (await fetch(`http://127.0.0.1:${analyzer.port}${path}`)).status;
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const call = get({ host: '127.0.0.1', port: webhook.port, path, agent }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    call.on('error', reject);
    return promise;
  }

  it.each(valuesFiles)('ask what the programs serve, with %s', async (file) => {
    for (const object of objectsOf(inCi(file)))
      for (const container of podOf(object)?.spec.containers ?? [])
        for (const probe of probesOf(container)) {
          expect(container.ports?.map(({ name }) => name)).toContain(probe.httpGet.port);
          expect(`${container.name} ${probe.httpGet.path} ${await statusOf(probe)}`).toMatch(/ 200$/);
        }
  });

  it('are set for whatever serves', () => {
    const serving = objectsOf(inCi('default-values.yaml')).flatMap((object) => podOf(object)?.spec.containers ?? []);
    const probed = serving.filter((container) => probesOf(container).length >= 2).map(({ name }) => name);
    expect(probed.sort()).toEqual(['analyzer', 'webhook']);
  });
});
