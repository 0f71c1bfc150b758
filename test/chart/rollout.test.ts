import { X509Certificate } from 'node:crypto';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { issueAuthority } from '../../src/server/tls/issue.ts';
import { programsFor, startControlPlane, type ControlPlane } from '../cluster/harness/start-control-plane.ts';
import { createAuthority, type Authority } from '../etcd/harness/certificates.ts';
import { openScene } from '../etcd/harness/scene.ts';
import { until } from '../etcd/harness/until.ts';
import { configurationsNoticed } from './harness/configuration-noticed.ts';
import { describeWithPods } from './harness/describe-with-pods.ts';
import { chart } from './harness/helm.ts';
import { openPodNetwork, type PodNetwork } from './harness/pod-network.ts';
import { openRelease, type Release } from './harness/release.ts';
import type { Pod } from './harness/run-pod.ts';
import { startWrites, type Written } from './harness/steady-writes.ts';

jest.setTimeout(300_000); // for machines that are busy

const namespace = 'kubechurn';
const webhook = 'kubechurn-webhook';
const configuration = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/kubechurn';
const secrets = `/api/v1/namespaces/${namespace}/secrets`;

/** Fail, which nobody should choose: so that no lost call can hide. A look at certificates each second instead of each ten. */
const values = {
  analyzer: { enabled: false },
  webhook: { failurePolicy: 'Fail', extraArgs: ['--tls-reload=1s'] },
};

// Every change that a webhook goes through in its life, one after the other while the cluster writes. The tests look at
// what came of it.
describeWithPods([...programsFor({}), 'helm'], 'a webhook that 200 writes a second depend on', () => {
  const scene = openScene('rollout');
  const authorities: Authority[] = [];
  let network: PodNetwork;
  let world: ControlPlane;
  let release: Release;
  let written: Written;
  let current: string;
  let pods: Pod[] = [];
  const everyPod = new Set<Pod>();
  const told: { [when: string]: unknown } = {};

  const rollOut = async (): Promise<void> => {
    pods = await release.rollOut(webhook, pods);
    for (const pod of pods) everyPod.add(pod);
  };
  const template = async (): Promise<string> => JSON.stringify((await release.deployment(webhook))['spec']);
  const bundle = async (): Promise<string> => {
    const { webhooks } = await world.request('GET', configuration);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as the API server keeps it
    const [hook] = webhooks as { clientConfig: { caBundle?: string } }[];
    return Buffer.from(hook?.clientConfig.caBundle ?? '', 'base64').toString();
  };
  const upgrade = (settings: object, from: string): Promise<void> => {
    writeFileSync(join(scene.directory, 'values.json'), JSON.stringify(settings));
    return release.helmBeside('upgrade', '--install', 'kubechurn', from, '--create-namespace', '-f', join(scene.directory, 'values.json'));
  };
  /** Until every pod serves with what this authority signed. */
  const served = (authority: string): Promise<unknown> =>
    until(
      'all pods to serve under another authority',
      async () => {
        const all = await Promise.all(pods.map(({ address }) => certificateAt(address)));
        const { publicKey } = new X509Certificate(authority);
        return all.every((certificate) => certificate.verify(publicKey));
      },
      { withinMs: 60_000, everyMs: 100 },
    );
  /** What the API server counted of calls that came to nothing. */
  const failedCalls = async (): Promise<string[]> =>
    (await world.adminFetch('/metrics')).text.match(
      /^apiserver_admission_webhook_(rejection_count|fail_open_count)\{.*kubechurn.*$/gm,
    ) ?? [];
  const ofOwner = (name: string) => {
    const authority = createAuthority(name);
    authorities.push(authority);
    const { cert, key } = authority.issue('webhook', { for: `DNS:${webhook}.${namespace}.svc` });
    const text = (file: string): string => readFileSync(file, 'utf8');
    return { ca: text(authority.ca), stringData: { 'tls.crt': text(cert), 'tls.key': text(key) } };
  };

  /**
   * The chart as it is, under a version: there is no other before the first. And with more time than its schema allows for
   * a call, so that a machine that stands still for a moment is not taken for a webhook that lost one.
   */
  function chartOf(version: string): string {
    const copy = join(scene.directory, version);
    cpSync(chart, copy, { recursive: true });
    const edit = (path: string, change: (text: string) => string): void =>
      writeFileSync(join(copy, path), change(readFileSync(join(copy, path), 'utf8')));
    edit('Chart.yaml', (text) => text.replaceAll(/^(version|appVersion): .*$/gm, `$1: ${version}`));
    edit('templates/webhook/_hook.tpl', (text) => text.replace(/^ {2}timeoutSeconds: .*$/m, '  timeoutSeconds: 20'));
    return copy;
  }

  async function upgradeAndBack(): Promise<void> {
    const before = await template();
    await upgrade(values, current);
    told['changed by the upgrade'] = (await template()) !== before;
    await rollOut();
    await release.helmBeside('rollback', 'kubechurn', '1');
    told['as before by the rollback'] = (await template()) === before;
    await rollOut();
  }

  async function restart(): Promise<void> {
    const annotations = { 'kubectl.kubernetes.io/restartedAt': new Date().toISOString() };
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${webhook}`;
    await world.request('PATCH', path, { spec: { template: { metadata: { annotations } } } });
    await rollOut();
  }

  /** As 300 days later: the authority is due, and whoever looks first replaces it. */
  async function ageAuthority(): Promise<void> {
    const first = await bundle();
    const aged = await issueAuthority('kubechurn webhook', new Date(Date.now() - 300 * 86_400_000));
    const stringData = { 'tls.crt': aged.certificate, 'tls.key': aged.key, 'ca.crt': aged.certificate + first };
    await world.request('PATCH', `${secrets}/${webhook}-ca`, { stringData });
    await until('another authority', async () => (await bundle()) !== first, { withinMs: 60_000, everyMs: 100 });
    const now = await until('a renewed one', async () => {
      const all = await bundle();
      return !all.startsWith(aged.certificate) && all;
    }, { withinMs: 60_000, everyMs: 100 });
    await served(/^[^]*?-----END CERTIFICATE-----\n/.exec(now)?.[0] ?? '');
    told['trusts the former authority too'] = now.includes(first);
  }

  async function swapOwnersCertificate(): Promise<void> {
    const [one, two] = [ofOwner('one'), ofOwner('two')];
    const owners = (caBundle: string) => ({
      ...values,
      webhook: { ...values.webhook, tls: { mode: 'existingSecret', existingSecret: 'owned', caBundle } },
    });
    await world.request('POST', secrets, { metadata: { name: 'owned' }, stringData: one.stringData });
    // What pods serve with must be trusted first, and until none serves with it.
    await upgrade(owners((await bundle()) + one.ca), current);
    await configurationsNoticed(world);
    await rollOut();
    await upgrade(owners(one.ca + two.ca), current);
    await configurationsNoticed(world);
    await world.request('PATCH', `${secrets}/owned`, { stringData: two.stringData });
    for (const pod of pods) await pod.refreshSecrets();
    await served(two.ca);
    await upgrade(owners(two.ca), current);
    await configurationsNoticed(world);
  }

  beforeAll(async () => {
    network = openPodNetwork();
    world = await startControlPlane({ address: network.host, apiServerArgs: ['--enable-aggregator-routing=true'] });
    const node = { scene, world, namespace, names: new Map<string, string>() };
    release = openRelease(node, network);
    current = chartOf('0.1.0');
    await upgrade(values, chartOf('0.0.9'));
    pods = [await release.start(webhook, '-first'), await release.start(webhook, '-second')];
    for (const pod of pods) everyPod.add(pod);
    await release.lead(webhook, pods);
    const isCalled = { method: 'POST', body: { metadata: { name: 'first' } } } as const;
    await until(
      'a write to be admitted',
      async () => (await world.adminFetch('/api/v1/namespaces/default/configmaps?dryRun=All', isCalled)).status === 201,
      { withinMs: 60_000, everyMs: 50 },
    );
    const failed = await failedCalls();
    const writes = await startWrites(world, 200);
    await upgradeAndBack();
    await restart();
    await ageAuthority();
    await swapOwnersCertificate();
    written = await writes.stop();
    told['calls that failed'] = (await failedCalls()).filter((line) => !failed.includes(line));
  });
  afterAll(async () => {
    await scene.close();
    await world.stop();
    network.close();
    for (const authority of authorities) authority.remove();
  });

  it('loses and denies none of them while it is upgraded, rolled back, restarted and given other certificates', () => {
    // 200 on a quiet machine with two processors.
    expect(written.perSecond).toBeGreaterThan(50);
    expect(written.lost).toEqual([]);
  });

  it('was called for each of them', async () => {
    await Promise.all([...everyPod].map((pod) => pod.end()));
    expect(everyPod.size).toBe(10);
    // Some of them may have been called by nobody: API servers keep their connections.
    const reviews = [...everyPod].map((pod) => Number(/"reviews":(\d+).*"msg":"webhook stopped"/.exec(pod.log())?.[1]));
    expect(reviews.reduce((sum, each) => sum + each, 0)).toBeGreaterThanOrEqual(written.writes);
    expect([...everyPod].map((pod) => pod.process.exitCode())).toEqual(Array.from(everyPod, () => 0));
  });

  it('was another by the upgrade, and the former by the rollback', () => {
    expect(told).toEqual({
      'changed by the upgrade': true,
      'as before by the rollback': true,
      'trusts the former authority too': true,
      'calls that failed': [],
    });
  });
});

/** What is served with there. */
async function certificateAt(host: string): Promise<X509Certificate> {
  const { promise, resolve, reject } = Promise.withResolvers<X509Certificate>();
  const socket = connectTls({ host, port: 9443, rejectUnauthorized: false }, () => {
    const { raw } = socket.getPeerCertificate();
    socket.destroy();
    resolve(new X509Certificate(raw));
  }).on('error', reject);
  return promise;
}
