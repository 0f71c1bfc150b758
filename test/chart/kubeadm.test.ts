import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { createAuthority, type Authority } from '../etcd/harness/certificates.ts';
import { flags } from '../etcd/harness/flags.ts';
import { openScene } from '../etcd/harness/scene.ts';
import { requiredTool } from '../etcd/harness/tool.ts';
import { until } from '../etcd/harness/until.ts';
import { describeWithPods } from './harness/describe-with-pods.ts';
import { objectsOf } from './harness/helm.ts';
import { openPodNetwork, type Place, type PodNetwork } from './harness/pod-network.ts';
import { podOf } from './harness/pods.ts';
import { runPod, type Pod } from './harness/run-pod.ts';

jest.setTimeout(300_000); // for machines that are busy

const keys = '/etc/kubernetes/pki/etcd';
const values = [
  ...['name=own', 'profile=kubeadm', 'every=1s', 'acceptOutage=true', 'backup.hostPath=/var/backups/kubechurn'],
  ...['backup.count=2', 'quota=16MiB', 'budget=80%', 'keep=1'],
].flatMap((value) => ['--set', `maintenance.targets[0].${value}`]);
const metricsPort = 9447;

describeWithPods(['etcd', 'etcdctl', 'helm'], 'the pod that stays on a kubeadm node', () => {
  const scene = openScene('kubeadm');
  let network: PodNetwork;
  let place: Place;
  let authority: Authority;
  let pod: Pod;
  const at = (name: string): string => join(scene.directory, name);
  const onNode = (program: string, args: readonly string[], input = '') => {
    const [first = '', ...rest] = [...place.within, requiredTool(program), ...args];
    return spawnSync(first, rest, { encoding: 'utf8', input });
  };
  const etcdctl = (args: readonly string[], input = '') =>
    onNode(
      'etcdctl',
      [...flags({ cacert: at('pki/ca.crt'), cert: at('pki/server.crt'), key: at('pki/server.key') }), ...args],
      input,
    );
  const put = (n: number) => etcdctl(['put', '/registry/configmaps/default/big'], `${n}`.repeat(2 ** 20).slice(0, 2 ** 20));

  beforeAll(async () => {
    network = openPodNetwork();
    place = network.addPod();
    authority = createAuthority('etcd-ca');
    for (const name of ['pki', 'lock', 'backups']) mkdirSync(at(name));
    const { cert, key } = authority.issue('server', { for: 'IP:127.0.0.1,DNS:localhost' });
    copyFileSync(authority.ca, at('pki/ca.crt'));
    copyFileSync(cert, at('pki/server.crt'));
    copyFileSync(key, at('pki/server.key'));
    execFileSync('chmod', ['0600', at('pki/server.key')]);
    const [first, ...rest] = [...place.within, requiredTool('etcd')];
    scene.start(
      first,
      [
        ...rest,
        ...flags({
          ...{ 'data-dir': at('data'), 'listen-client-urls': 'https://127.0.0.1:2379' },
          ...{ 'advertise-client-urls': 'https://127.0.0.1:2379', 'listen-peer-urls': 'http://127.0.0.1:2380' },
          ...{ 'cert-file': at('pki/server.crt'), 'key-file': at('pki/server.key'), 'client-cert-auth': true },
          ...{ 'trusted-ca-file': at('pki/ca.crt'), 'quota-backend-bytes': 16 * 2 ** 20, 'unsafe-no-fsync': true },
        }),
      ],
      { name: 'etcd' },
    );
    await until('etcd to be healthy', () => etcdctl(['endpoint', 'health']).status === 0, { everyMs: 200 });
    // Before the pod looks: a run that begins while it still fills would see the alarm come back, and rest for ten minutes.
    let n = 0;
    await until('etcd to be full', () => put((n = (n % 9) + 1)).stderr.includes('database space exceeded'), {
      withinMs: 60_000,
      everyMs: 1,
    });
    const objects = objectsOf([...values, '--set', `metrics.podMonitor.enabled=true,metrics.podMonitor.port=${metricsPort}`]);
    const watch = objects.find(({ kind, metadata: { name } }) => kind === 'Deployment' && name === 'kubechurn-etcd-own');
    const hostPaths = new Map([
      [keys, at('pki')],
      ['/run/kubechurn', at('lock')],
      ['/var/backups/kubechurn', at('backups')],
    ]);
    const node = { scene, namespace: 'kubechurn-maintenance', names: new Map<string, string>(), hostPaths };
    pod = await runPod(node, place, 'maintain', podOf(watch!)!.spec);
  });
  afterAll(async () => {
    await scene.close();
    network.close();
    authority.remove();
  });

  it('gets an etcd back that refuses writes, with a backup first, while no API server is there', async () => {
    await until(
      'writes to be accepted again',
      () => {
        if (pod.process.ended()) throw new Error(`maintain ended: ${pod.process.lastWords()}`);
        return etcdctl(['put', 'after', 'all']).status === 0 && etcdctl(['alarm', 'list']).stdout === '';
      },
      { withinMs: 200_000, everyMs: 200 },
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}; the pod said: ${pod.log()}`);
    });
    expect(readdirSync(at('backups')).filter((name) => !name.startsWith('.')).length).toBeGreaterThan(0);
  });

  it('answers Prometheus meanwhile, on the network of its node', () => {
    const [first, ...rest] = [...place.within, process.execPath];
    const ask = `fetch('http://127.0.0.1:${metricsPort}/metrics').then((answer) => answer.text()).then(console.log)`;
    const { stdout } = spawnSync(first, [...rest, '-e', ask], { encoding: 'utf8' });
    // The run itself is counted once it has watched for a minute whether the alarm comes back.
    expect(stdout).toMatch(/^kubechurn_maintenance_looks_total\{outcome="done"\} \d+$/m);
  });

  it('has written nothing where its keys are', () => {
    expect(readdirSync(at('pki')).sort()).toEqual(['ca.crt', 'server.crt', 'server.key']);
  });
});
