import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { openApi } from '../../src/kube/api.ts';
import { loadConnection } from '../../src/kube/connection.ts';
import { createMaintenanceStarter } from '../../src/pipeline/analyzer/start-maintenance.ts';
import { programsFor, startControlPlane, type ControlPlane } from '../cluster/harness/start-control-plane.ts';
import { openScene } from '../etcd/harness/scene.ts';
import { fill } from '../etcd/harness/fill.ts';
import { until } from '../etcd/harness/until.ts';
import { describeWithPods } from './harness/describe-with-pods.ts';
import { chart, objectsOf } from './harness/helm.ts';
import { leftovers } from './harness/leftovers.ts';
import { jobsOn, type Jobs } from './harness/jobs.ts';
import type { Node } from './harness/node.ts';
import { openPodNetwork, type PodNetwork } from './harness/pod-network.ts';
import { podOf } from './harness/pods.ts';
import { runPod } from './harness/run-pod.ts';
import { openRelease, type Release } from './harness/release.ts';
import { callsIn, isUsed, rightsIn } from './harness/used-rules.ts';
import { startSecuredEtcd, type SecuredEtcd } from './harness/secured-etcd.ts';

jest.setTimeout(300_000); // for machines that are busy

const namespace = 'kubechurn';
const controllers = { controllerManager: true } as const;
const mebibyte = 2 ** 20;

describeWithPods([...programsFor(controllers), 'etcdctl', 'helm'], 'a CronJob of the chart and the etcd that it maintains', () => {
  const scene = openScene('cron-job');
  const backups = join(scene.directory, 'backups');
  const valuesFile = join(scene.directory, 'values.json');
  let network: PodNetwork;
  let world: ControlPlane;
  let etcd: SecuredEtcd;
  let jobs: Jobs;
  let release: Release;
  let node: Node & { readonly world: ControlPlane };

  /** Of its members' files, in bytes. */
  const sizes = (): number[] => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as etcdctl prints it
    const all = JSON.parse(etcd.etcdctl(['endpoint', 'status', '-w', 'json']).stdout) as { Status: { dbSize: number } }[];
    return all.map(({ Status: { dbSize } }) => dbSize);
  };

  beforeAll(async () => {
    network = openPodNetwork();
    [world, etcd] = await Promise.all([
      startControlPlane({
        ...controllers,
        ...{ audit: true, address: network.host, etcd: { address: network.host, quotaBytes: 64 * mebibyte } },
        // Without WatchList the analyzer lists first, as on API servers older than 1.34: so both verbs are used.
        apiServerArgs: ['--etcd-db-metric-poll-interval=1s', '--feature-gates=WatchList=false'],
      }),
      startSecuredEtcd(network.host, { members: 3, quotaBytes: 16 * mebibyte }),
    ]);
    mkdirSync(backups);
    const values = {
      webhook: { enabled: false },
      analyzer: { startMaintenance: 'own', secrets: true },
      rbac: { configMaps: true },
      etcd: { profile: 'endpoints' },
      maintenance: {
        targets: [
          {
            ...{ name: 'events', endpoints: etcd.endpoints, certificates: { secret: 'etcd-client' } },
            // Only this test starts it.
            ...{ schedule: '0 0 1 1 *', budget: '80%', quota: '16MiB' },
            backup: { claim: 'etcd-backups', count: 2 },
            extraArgs: ['--settle=100ms', '--rearm-watch=1s'],
          },
          {
            ...{ name: 'own', endpoints: world.etcd.endpoints, acceptOutage: true, keep: 100 },
            ...{ schedule: '0 0 1 1 *', budget: '20MiB', quota: '64MiB', extraArgs: ['--rearm-watch=1s'] },
          },
        ],
      },
    };
    writeFileSync(valuesFile, JSON.stringify(values));
    node = { scene, world, namespace, names: new Map(), claims: new Map([['etcd-backups', backups]]) };
    jobs = jobsOn(node, network);
    release = openRelease(node, network);
    const installed = release.helm('install', 'kubechurn', chart, '--create-namespace', '-f', valuesFile);
    if (installed.code !== 0) throw new Error(installed.stderr);
    const { cert, key } = etcd.clientPair;
    const files = { 'ca.crt': etcd.authority.ca, 'tls.crt': cert, 'tls.key': key };
    await world.request('POST', `/api/v1/namespaces/${namespace}/secrets`, {
      metadata: { name: 'etcd-client' },
      stringData: Object.fromEntries(Object.entries(files).map(([name, file]) => [name, readFileSync(file, 'utf8')])),
    });
  });
  afterAll(async () => {
    await scene.close();
    await Promise.all([world.stop(), etcd.stop()]);
    network.close();
  });

  it('makes a Job that gets a full etcd of three members back, and says in its log what it did', async () => {
    etcd.fill();
    expect(etcd.etcdctl(['alarm', 'list']).stdout).toContain('NOSPACE');
    await jobs.create('events-full', 'kubechurn-etcd-events');
    const pod = await jobs.run('events-full');
    const record = pod.log();
    expect({ code: pod.process.exitCode(), record }).toEqual({
      code: 0,
      record: expect.stringMatching(/^Done: writes are accepted again\.$/m),
    });
    for (const step of ['evidence', 'compact', 'disarm', 'verify'])
      expect(record).toMatch(new RegExp(`^done +${step}\\b`, 'm'));
    expect(record.match(/^done +defragment member-\d/gm)).toHaveLength(3);

    expect(etcd.etcdctl(['alarm', 'list']).stdout).toBe('');
    expect(etcd.etcdctl(['put', 'after', 'all']).ok).toBe(true);
    expect(etcd.etcdctl(['get', 'after', '--rev=2']).stderr).toContain('has been compacted');
    expect(sizes().filter((size) => size > 8 * mebibyte)).toEqual([]);
    expect(readdirSync(backups).filter((name) => name.endsWith('.db'))).toHaveLength(1);
    await jobs.ended('events-full', 'Complete');
  });

  it('makes a Job that leaves an etcd within its budget alone', async () => {
    const before = etcd.etcdctl(['get', 'after', '-w', 'json']).stdout;
    await jobs.create('events-well', 'kubechurn-etcd-events');
    const pod = await jobs.run('events-well');
    expect(pod.log()).toMatch(/^Nothing to do: /m);
    expect(etcd.etcdctl(['get', 'after', '-w', 'json']).stdout.replace(/"member_id":\d+|"raft_term":\d+/g, '')).toBe(
      before.replace(/"member_id":\d+|"raft_term":\d+/g, ''),
    );
    await jobs.ended('events-well', 'Complete');
  });

  it('is what helm test looks at, with the same certificates', async () => {
    const test = objectsOf(['-f', valuesFile]).find(({ metadata: { name } }) => name === 'kubechurn-test-events');
    const pod = await runPod(node, network.addPod(), 'test-events', podOf(test!)!.spec);
    await until('it to end', () => pod.process.ended(), { withinMs: 60_000, everyMs: 50 });
    expect({ code: pod.process.exitCode(), log: pod.log() }).toMatchObject({
      code: 0,
      log: expect.stringContaining('√ members answer: '),
    });
  });

  it('makes a Job that fails for good where it would not be safe, and starts no second pod', async () => {
    etcd.fill(52);
    process.kill(etcd.members[2]!.pid, 'SIGKILL');
    await jobs.create('events-unsafe', 'kubechurn-etcd-events');
    const pod = await jobs.run('events-unsafe');
    expect(pod.log()).toMatch(/^Refused: /m);
    expect(await jobs.ended('events-unsafe', 'Failed')).toMatchObject({
      status: { failed: 1, conditions: expect.arrayContaining([expect.objectContaining({ reason: 'PodFailurePolicy' })]) },
    });
  });

  it('is started out of schedule by the analyzer when the forecast crosses the budget, once', async () => {
    await fill(world.etcd.client, { bytes: 24 * mebibyte, prefix: '/elsewhere/value' });
    await until('the API server to state the size', async () => {
      const { text } = await world.adminFetch('/metrics');
      return Number(/^apiserver_storage_size_bytes\S* (\S+)$/m.exec(text)?.[1]) > 20 * mebibyte;
    });
    const first = await release.start('kubechurn-analyzer', '-1');
    await until('a Job', () => first.log().includes('"maintenance started"'), { withinMs: 120_000, everyMs: 100 });
    const cronJob = `/apis/batch/v1/namespaces/${namespace}/cronjobs/kubechurn-etcd-own`;
    await until('the CronJob to count it', async () => {
      const { status } = await world.request('GET', cronJob);
      return JSON.stringify(status).includes('kubechurn-etcd-own-forecast');
    });
    const pod = await jobs.run('kubechurn-etcd-own-forecast');
    expect(pod.log()).toMatch(/^Done: /m);
    expect((await world.etcd.client.status()).sizeBytes).toBeLessThan(20 * mebibyte);
    await jobs.ended('kubechurn-etcd-own-forecast', 'Complete');
    await until('the CronJob to count it no longer', async () => {
      const { status } = await world.request('GET', cronJob);
      return !JSON.stringify(status).includes('active') && JSON.stringify(status).includes('lastSuccessfulTime');
    }, { withinMs: 60_000, everyMs: 100 });
    const { items: events = [] } = await world.request('GET', `/api/v1/namespaces/${namespace}/events`);
    expect(events.find(({ reason }) => reason === 'MaintenanceStarted')).toMatchObject({
      involvedObject: { kind: 'CronJob', name: 'kubechurn-etcd-own' },
      message: expect.stringMatching(/^Job kubechurn-etcd-own-forecast was started out of schedule: the database has 2\d\.\d MiB, its budget is 20\.0 MiB$/),
    });
    await first.process.stop();
  });

  it('is not started again by another analyzer that knows nothing of it', async () => {
    await fill(world.etcd.client, { bytes: 24 * mebibyte, prefix: '/elsewhere/value' });
    await world.request('DELETE', `/apis/batch/v1/namespaces/${namespace}/jobs/kubechurn-etcd-own-forecast?propagationPolicy=Background`);
    // So that this one makes it anew, where the first has only renewed it.
    await world.request('DELETE', `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/kubechurn-analyzer`);
    const second = await release.start('kubechurn-analyzer', '-2');
    await until('its reason', () => second.log().includes('"maintenance not started"'), { withinMs: 120_000, everyMs: 100 });
    expect(second.log()).toContain('the last run was a short while ago');
    await second.process.stop();
  });

  it('is started once where two replicas would at the same moment', async () => {
    const api = openApi(loadConnection({ kubeconfig: world.kubeconfig }));
    const lines: string[] = [];
    const starters = ['a', 'b'].map((instance) =>
      createMaintenanceStarter({
        ...{ api, namespace, instance, cronJob: 'kubechurn-etcd-own', budgetBytes: 1, intervalMs: 1, now: Date.now },
        log: (_, message, { why = '' } = {}) => void lines.push(`${message} ${why}`.trim()),
        onWrite: () => {},
      }),
    );
    await Promise.all(starters.map((start) => start([{ at: Date.now(), sizeBytes: 2 }])));
    await api.close();
    expect(lines.filter((line) => line === 'maintenance started')).toHaveLength(1);
    expect(lines.filter((line) => /^maintenance not started (a run is under way|Job \S+ is still there)$/.test(line))).toHaveLength(1);
  });

  it('has given the analyzer no right that it does not use', () => {
    const rights = rightsIn(objectsOf(['-f', valuesFile])).filter(({ user }) => user === `${namespace}:kubechurn-analyzer`);
    expect(rights.filter(({ resource }) => /^(secrets|configmaps|cronjobs\/status)$/.test(resource))).toHaveLength(5);
    const calls = callsIn(world.auditLogFile, namespace);
    expect(rights.filter((right) => !isUsed(right, calls)).map(({ verb, resource }) => `${verb} ${resource}`)).toEqual([]);
  });

  it('leaves nothing behind when it is uninstalled, none of its Jobs either', async () => {
    expect(release.helm('uninstall', 'kubechurn').code).toBe(0);
    const isGone = async (): Promise<boolean> => (await leftovers(world)).join() === `/api/v1/namespaces ${namespace}`;
    await until('everything to be gone', isGone, { withinMs: 60_000, everyMs: 500 }).catch(() => undefined);
    // Helm leaves the namespace, which it does not own.
    expect(await leftovers(world)).toEqual([`/api/v1/namespaces ${namespace}`]);
  });
});
