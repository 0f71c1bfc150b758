import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { connect, type EtcdClient } from './client.ts';
import { flags } from './flags.ts';
import { freePorts } from './free-ports.ts';
import { getText } from './get-text.ts';
import { openScene, type Running, type Scene } from './scene.ts';
import { etcdVersion, requiredTool } from './tool.ts';
import { until } from './until.ts';

export type EtcdOptions = {
  /** Without it the newest at hand. */
  version?: '3.4' | '3.5' | '3.6';
  members?: 1 | 2 | 3 | 5;
  /** Where clients reach it (default: 127.0.0.1). */
  address?: string;
  /** Each member listens for clients at a second URL too, and advertises both. */
  twoClientUrls?: boolean;
  /** etcd's own default is 2 GiB. */
  quotaBytes?: number;
  /** Off where a test is about durability; etcd 3.4 does not know it and always syncs. */
  unsafeNoFsync?: boolean;
  extraArgs?: readonly string[];
  /** Serve clients over TLS with this certificate; with `clientCa` only those with a certificate of that CA. */
  tls?: { cert: string; key: string; clientCa?: string };
};

export type EtcdMember = {
  name: string;
  endpoint: string;
  /** Where other members and nobody else should knock. */
  peer: string;
  pid: number;
  dataDir: string;
  dbFile: string;
};

/** A real etcd; the fields that `EtcdMember` has too are those of its first member. */
export type Etcd = Omit<EtcdMember, 'name' | 'peer'> & {
  version: string;
  endpoints: readonly string[];
  members: readonly EtcdMember[];
  /** Connected to the first member; of no use where that serves TLS. */
  client: EtcdClient;
  /** Ends it and removes its files. With `keepFiles` they stay until `stop` is called again, or this process ends. */
  stop(options?: { keepFiles?: boolean }): Promise<void>;
  /** Starts a member that has ended, as it was before, and waits until it is healthy; returns its new pid. */
  restart(index: number): Promise<number>;
  /** Adds a learner, which starts and catches up; `quotaBytes` where it differs from the others'. */
  addLearner(options?: { quotaBytes?: number }): Promise<EtcdMember>;
};

/** Starts an etcd whose every member is healthy. Throws with etcd's last words when that cannot be had. */
export async function startEtcd(options: EtcdOptions = {}): Promise<Etcd> {
  const program = requiredTool(options.version === undefined ? 'etcd' : `etcd-${options.version}`);
  const attempts = 3; // another process may take one of our ports before etcd does
  for (let attempt = 1; ; attempt += 1) {
    const scene = openScene('etcd');
    try {
      return await startIn(scene, program, options);
    } catch (error) {
      await scene.close();
      if (attempt === attempts || !String(error).includes('address already in use')) throw error;
    }
  }
}

async function startIn(scene: Scene, program: string, options: EtcdOptions): Promise<Etcd> {
  const version = etcdVersion(program);
  const plans = await planMembers(scene.directory, options);
  const shared = sharedArguments(version, options);
  const cluster = plans.map(({ name, peer }) => `${name}=${peer}`).join(',');
  const startMember = (plan: MemberPlan, initialCluster: string, more: readonly string[] = []): Running =>
    scene.start(program, [...memberArguments(plan, initialCluster), ...shared, ...more], {
      name: plan.name,
      env: environment(),
    });
  const started = plans.map((plan) => ({ plan, process: startMember(plan, cluster) }));
  await Promise.all(started.map(({ plan, process }) => healthy(plan.health, process)));

  const members = started.map(({ plan: { name, endpoint, peer, dataDir, dbFile }, process }) => {
    return { name, endpoint, peer, dataDir, dbFile, pid: process.pid };
  });
  const [first] = members;
  if (first === undefined) throw new Error('an etcd needs a member');
  const client = connect(first.endpoint);
  const { endpoint, pid, dataDir, dbFile } = first;
  return {
    endpoint,
    pid,
    dataDir,
    dbFile,
    version,
    endpoints: members.map((member) => member.endpoint),
    members,
    client,
    async stop({ keepFiles = false } = {}) {
      client.close();
      await (keepFiles ? scene.stop() : scene.close());
    },
    async restart(index) {
      const plan = plans[index];
      if (plan === undefined) throw new Error(`there is no member ${index}`);
      const process = startMember(plan, cluster);
      // Not its health: an alarm that is still armed makes that false.
      await until(`${plan.name} to follow a leader again`, async () => {
        if (process.ended()) throw new Error(`${plan.name} ended: ${process.lastWords()}`);
        return (await getText(`${plan.health}/metrics`))?.includes('etcd_server_has_leader 1');
      });
      return process.pid;
    },
    async addLearner(learner = {}) {
      const [plan] = await planMembers(scene.directory, { ...options, members: 1 });
      if (plan === undefined) throw new Error('a learner needs a plan');
      const named = { ...plan, name: 'learner', dataDir: join(scene.directory, 'learner') };
      const add = ['member', 'add', named.name, '--learner', `--peer-urls=${named.peer}`];
      // Refused until every member has been in touch for five seconds (etcdserver HealthInterval).
      await until('the learner to be added', () => ranWell(requiredTool('etcdctl'), ['--endpoints', endpoint, ...add]));
      const process = startMember(named, `${cluster},${named.name}=${named.peer}`, [
        '--initial-cluster-state=existing',
        ...flags({ 'quota-backend-bytes': learner.quotaBytes }),
      ]);
      await until('the learner to answer', async () => {
        if (process.ended()) throw new Error(`the learner ended: ${process.lastWords()}`);
        return (await getText(`${named.health}/metrics`))?.includes('etcd_server_is_learner 1');
      });
      return { ...named, dbFile: join(named.dataDir, 'member/snap/db'), pid: process.pid };
    },
  };
}

function ranWell(program: string, args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}

type MemberPlan = Omit<EtcdMember, 'pid'> & { health: string; clientUrls: string };

async function planMembers(
  directory: string,
  { members: count = 1, tls, twoClientUrls = false, address = '127.0.0.1' }: EtcdOptions,
): Promise<MemberPlan[]> {
  const ports = await freePorts(4 * count);
  return Array.from({ length: count }, (_, index) => {
    const name = `member-${index + 1}`;
    const dataDir = join(directory, name);
    const [client, peer, health, other] = ports.slice(4 * index);
    const endpoint = `${tls ? 'https' : 'http'}://${address}:${client}`;
    return {
      name,
      endpoint,
      clientUrls: twoClientUrls ? `${endpoint},${endpoint.replace(/\d+$/, String(other))}` : endpoint,
      peer: `http://127.0.0.1:${peer}`,
      health: `http://127.0.0.1:${health}`,
      dataDir,
      dbFile: join(dataDir, 'member/snap/db'),
    };
  });
}

function memberArguments({ name, clientUrls, peer, dataDir, health }: MemberPlan, cluster: string): string[] {
  return flags({
    name,
    'data-dir': dataDir,
    'listen-client-urls': clientUrls,
    'advertise-client-urls': clientUrls,
    'listen-metrics-urls': health,
    'listen-peer-urls': peer,
    'initial-advertise-peer-urls': peer,
    'initial-cluster': cluster,
  });
}

function sharedArguments(
  version: string,
  { quotaBytes, unsafeNoFsync = true, extraArgs = [], tls }: EtcdOptions,
): string[] {
  const known = flags({
    'log-level': 'warn',
    logger: 'zap',
    'quota-backend-bytes': quotaBytes,
    'cert-file': tls?.cert,
    'key-file': tls?.key,
    'trusted-ca-file': tls?.clientCa,
    'client-cert-auth': tls?.clientCa === undefined ? undefined : true,
    'unsafe-no-fsync': unsafeNoFsync && !version.startsWith('3.4.') ? true : undefined,
  });
  return [...known, ...extraArgs];
}

/** Ours without ETCD_*, which etcd would read as flags. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('ETCD')));
}

async function healthy(endpoint: string, process: Running): Promise<void> {
  await until(`etcd at ${endpoint} to be healthy`, async () => {
    if (process.ended()) throw new Error(`etcd ended before it was healthy: ${process.lastWords()}`);
    const answer = await getText(`${endpoint}/health`);
    return answer?.includes('"health":"true"');
  });
}
