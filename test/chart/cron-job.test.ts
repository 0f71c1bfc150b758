import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { programsFor, startControlPlane, type ControlPlane } from '../cluster/harness/start-control-plane.ts';
import { openScene } from '../etcd/harness/scene.ts';
import { describeWithPods } from './harness/describe-with-pods.ts';
import { chart } from './harness/helm.ts';
import { jobsOn, type Jobs } from './harness/jobs.ts';
import type { Node } from './harness/node.ts';
import { openPodNetwork, type PodNetwork } from './harness/pod-network.ts';
import { openRelease } from './harness/release.ts';
import { startSecuredEtcd, type SecuredEtcd } from './harness/secured-etcd.ts';

jest.setTimeout(300_000); // for machines that are busy

const namespace = 'kubechurn';
const controllers = { controllerManager: true } as const;
const mebibyte = 2 ** 20;

describeWithPods([...programsFor(controllers), 'etcdctl', 'helm'], 'a CronJob of the chart and the etcd that it maintains', () => {
  const scene = openScene('cron-job');
  const backups = join(scene.directory, 'backups');
  let network: PodNetwork;
  let world: ControlPlane;
  let etcd: SecuredEtcd;
  let jobs: Jobs;

  /** Of its members' files, in bytes. */
  const sizes = (): number[] => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as etcdctl prints it
    const all = JSON.parse(etcd.etcdctl(['endpoint', 'status', '-w', 'json']).stdout) as { Status: { dbSize: number } }[];
    return all.map(({ Status: { dbSize } }) => dbSize);
  };

  beforeAll(async () => {
    network = openPodNetwork();
    [world, etcd] = await Promise.all([
      startControlPlane({ ...controllers, address: network.host }),
      startSecuredEtcd(network.host, { members: 3, quotaBytes: 16 * mebibyte }),
    ]);
    mkdirSync(backups);
    const values = {
      webhook: { enabled: false },
      analyzer: { enabled: false },
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
        ],
      },
    };
    writeFileSync(join(scene.directory, 'values.json'), JSON.stringify(values));
    const node: Node & { world: ControlPlane } = { scene, world, namespace, names: new Map(), claims: new Map([['etcd-backups', backups]]) };
    jobs = jobsOn(node, network);
    const { helm } = openRelease(node, network);
    const installed = helm('install', 'kubechurn', chart, '--create-namespace', '-f', join(scene.directory, 'values.json'));
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
});
