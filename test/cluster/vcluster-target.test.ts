import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createAuthority, type Authority } from '../etcd/harness/certificates.ts';
import { checked } from '../etcd/harness/check-live.ts';
import { describeWith } from '../etcd/harness/describe-with.ts';
import { startEtcd, type Etcd } from '../etcd/harness/start-etcd.ts';
import { kubechurn } from '../incidents/triage.ts';
import { startKubelet, type KubeletStandIn } from './harness/kubelet-stand-in.ts';
import { programsFor, startControlPlane, type ControlPlane } from './harness/start-control-plane.ts';

const execute = promisify(execFile);
const namespace = 'team-a';
const vc = (name: string): string => `vcluster/${namespace}/${name}`;

describeWith([...programsFor({}), 'openssl'], 'a vCluster as the API server of its host tells', () => {
  let host: ControlPlane;
  let authority: Authority;
  let kubelet: KubeletStandIn;
  /** Stands where the vCluster's own etcd would: no kubelet runs its StatefulSet. */
  let etcd: Etcd;
  const create = (path: string, kind: string, name: string, body: object) =>
    host.request('POST', path, { kind, metadata: { name, namespace }, ...body });
  const secret = (name: string, stringData: Record<string, string>) =>
    create(`/api/v1/namespaces/${namespace}/secrets`, 'Secret', name, { apiVersion: 'v1', stringData });
  const statefulSet = (name: string, args: string[], replicas: number) =>
    create(`/apis/apps/v1/namespaces/${namespace}/statefulsets`, 'StatefulSet', name, {
      apiVersion: 'apps/v1',
      spec: {
        replicas,
        serviceName: `${name}-headless`,
        selector: { matchLabels: { app: name } },
        template: {
          metadata: { labels: { app: name } },
          spec: { containers: [{ name: 'etcd', image: 'etcd', command: ['etcd'], args }] },
        },
      },
    });
  /** The program itself, which must end by itself. */
  const run = async (...args: string[]): Promise<string> => (await execute(kubechurn, args)).stdout;
  const read = (file: string): string => readFileSync(file, 'utf8');
  const options = (name: string) => ({ target: vc(name), kubeconfig: host.kubeconfig });

  beforeAll(async () => {
    authority = createAuthority('vcluster-ca');
    const server = authority.issue('etcd', { days: 300 });
    const peer = authority.issue('peer', { days: 300 });
    etcd = await startEtcd({ tls: { ...server, clientCa: authority.ca } });
    host = await startControlPlane();
    await host.request('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
    await statefulSet('shop-etcd', ['--data-dir=/var/lib/etcd', '--quota-backend-bytes=1073741824'], 3);
    await secret('shop-certs', {
      'etcd-ca.crt': read(authority.ca),
      'etcd-peer.crt': read(peer.cert),
      'etcd-peer.key': read(peer.key),
    });
    await secret('vc-config-inside', {
      'config.yaml': 'controlPlane: {backingStore: {etcd: {embedded: {enabled: true}}}}',
    });
    await secret('vc-config-lite', { 'config.yaml': 'controlPlane: {backingStore: {database: {}}}' });
    await statefulSet('bare-etcd', [], 1);
    kubelet = await startKubelet(host);
    await kubelet.runPod({ namespace, name: 'inside-0', ports: { 2379: Number(new URL(etcd.endpoint).port) } });
  });
  afterAll(async () => {
    await kubelet.close();
    await host.stop();
    await etcd.stop();
    authority.remove();
  });

  it('is reached with the certificates of its Secret', async () => {
    const { of, report } = await checked({ ...options('shop'), etcd: etcd.endpoint });
    expect(of('members answer').result).toBe('ok');
    expect(of('client certificate')).toMatchObject({
      result: 'ok',
      why: expect.stringContaining('Secret team-a/shop-certs'),
    });
    expect(of('auto-compaction').hint).toContain('vCluster with deployed etcd, in vcluster.yaml');
    expect(JSON.stringify(report)).not.toContain('PRIVATE KEY');
  });

  it('is looked for at every replica of its StatefulSet', async () => {
    const { of } = await checked({ ...options('shop'), dialTimeout: '500ms' });
    expect(of('members answer').result).toBe('failed');
    for (const replica of [0, 1, 2])
      expect(of('members answer').why).toContain(`https://shop-etcd-${replica}.shop-etcd-headless.team-a:2379`);
  });

  it('is reached inside its pods by a port-forward, with the certificates that were copied from there', async () => {
    const { cert, key } = authority.issue('copied', { days: 300 });
    const args = ['--target', vc('inside'), '--kubeconfig', host.kubeconfig, '--cacert', authority.ca];
    const { of } = await checked({ ...options('inside'), cacert: authority.ca, cert, key });
    expect(of('members answer').result).toBe('ok');
    expect(of('auto-compaction').hint).toContain('vCluster with embedded etcd, in vcluster.yaml');

    const triaged = await run('triage', ...args, '--cert', cert, '--key', key, '-o', 'json');
    expect(JSON.parse(triaged)).toMatchObject({
      kind: 'ChurnReport',
      source: [{ kind: 'etcd', name: expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+$/) }],
    });
    const planned = await run('maintain', ...args, '--cert', cert, '--key', key, '--dry-run', '-o', 'json');
    expect(JSON.parse(planned)).toMatchObject({ kind: 'MaintenanceRecord', outcome: 'nothing-to-do' });
    expect(new Set(kubelet.asked)).toEqual(new Set(['team-a/inside-0:2379']));
  });

  it.each([
    ['inside', 'TARGET_INSIDE_PODS', /kubectl -n team-a cp inside-0:\/data\/pki\/etcd/],
    ['lite', 'TARGET_NO_ETCD', /kine on sqlite/],
    ['nowhere', 'TARGET_NOT_THERE', /no vcluster\/team-a\/nowhere/],
    ['bare', 'TARGET_NO_SECRET', /team-a\/bare-certs/],
  ])('is told apart where it is "%s"', async (name, code, message) => {
    await expect(checked(options(name))).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });
});
