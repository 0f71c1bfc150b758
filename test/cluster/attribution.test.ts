import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { triageAuditLogs } from '../../src/pipeline/requests/triage-logs.ts';
import { triageSnapshot } from '../../src/pipeline/offline/triage.ts';
import { churnReport, type ChurnReport } from '../../src/report/schema.ts';
import { describeWith } from '../etcd/harness/describe-with.ts';
import type { KubeObject, Method, RequestOptions } from './harness/api-client.ts';
import { untilAllowed } from './harness/rights.ts';
import {
  programsFor,
  startControlPlane,
  type ControlPlane,
  type ControlPlaneOptions,
} from './harness/start-control-plane.ts';

jest.setTimeout(180_000); // for machines that are busy

const accounts = ['gitops', 'scaler', 'labeler', 'cleaner', 'maker', 'idler', 'stale', 'nobody'] as const;
type Account = (typeof accounts)[number];
const userOf = (account: Account): string => `system:serviceaccount:ops:${account}`;
const flips = 14;

/** What an account really did, as the API server's own answers tell. */
interface Deeds {
  writes: number;
  unchanged: number;
  rejected: Record<string, number>;
}

/** Speaks as real service accounts, through tokens the API server issued, and keeps the book that reports are checked against. */
async function actors(plane: ControlPlane) {
  await plane.request('POST', '/api/v1/namespaces', { metadata: { name: 'ops' } });
  const tokens = new Map<Account, string>();
  for (const account of accounts) {
    await plane.request('POST', '/api/v1/namespaces/ops/serviceaccounts', { metadata: { name: account } });
    const { status } = await plane.request('POST', `/api/v1/namespaces/ops/serviceaccounts/${account}/token`, {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: {},
    });
    tokens.set(account, (status as { token: string }).token);
  }
  await plane.request('POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
    metadata: { name: 'ops' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: accounts
      .filter((account) => account !== 'nobody')
      .map((name) => ({ kind: 'ServiceAccount', name, namespace: 'ops' })),
  });
  await untilAllowed(plane, userOf('maker'), { verb: 'create', resource: 'configmaps', namespace: 'default' });
  const deeds = new Map<string, Deeds>(
    accounts.map((account) => [userOf(account), { writes: 0, unchanged: 0, rejected: {} }]),
  );
  const versions = new Map<string, string>();

  async function as(
    account: Account,
    method: Method,
    path: string,
    body?: unknown,
    options: RequestOptions = {},
  ): Promise<KubeObject | undefined> {
    const token = tokens.get(account)!;
    const { status, text } = await plane.adminFetch(path, {
      ...{ method, body, token, userAgent: `${account}/1.0 (test)` },
      ...options,
    });
    const deed = deeds.get(userOf(account))!;
    if (status >= 400) {
      deed.rejected[status] = (deed.rejected[status] ?? 0) + 1;
      return undefined;
    }
    const answer = JSON.parse(text) as KubeObject;
    const { uid, resourceVersion } = answer.metadata;
    if (path.includes('dryRun=All')) deed.unchanged++;
    else if (uid !== undefined && versions.get(uid) === resourceVersion) deed.unchanged++;
    else deed.writes++;
    if (uid !== undefined && !path.includes('dryRun=All')) versions.set(uid, resourceVersion);
    return answer;
  }
  return { as, deeds };
}

const configMaps = '/api/v1/namespaces/default/configmaps';
const apply = { contentType: 'application/apply-patch+yaml' } as const;
const configMap = (name: string, data: Record<string, string>) => ({
  ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data },
});
const deployment = (spec: object) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image: 'web:1' }] } },
    ...spec,
  },
});

async function misbehave(plane: ControlPlane) {
  const { as, deeds } = await actors(plane);
  const web = '/apis/apps/v1/namespaces/default/deployments/web';
  const created = await as('maker', 'POST', configMaps, configMap('shared', { mode: 'none' }));
  for (const name of ['labels', 'versioned']) await as('maker', 'POST', configMaps, configMap(name, { mode: 'none' }));
  for (let i = 0; i < flips; i++) {
    // a fight by server-side apply, each side forcing its own value
    for (const [account, replicas] of [
      ['gitops', 3],
      ['scaler', 5],
    ] as const)
      await as(account, 'PATCH', `${web}?force=true`, deployment({ replicas }), { ...apply, fieldManager: account });
    // two accounts that call themselves the same: managedFields cannot tell them apart
    for (const account of ['gitops', 'scaler'] as const)
      await as(account, 'PATCH', `${configMaps}/shared`, { data: { mode: account } }, { fieldManager: 'kubectl' });
    // one who sets, one who removes and so leaves no trace
    await as('labeler', 'PATCH', `${configMaps}/labels`, { metadata: { labels: { team: 'x' } } });
    const remove = [{ op: 'remove', path: '/metadata/labels/team' }];
    await as('cleaner', 'PATCH', `${configMaps}/labels`, remove, { contentType: 'application/json-patch+json' });
    // updates that carry the version they are based on, against patches
    const { text } = await plane.adminFetch(`${configMaps}/versioned`);
    const current = JSON.parse(text) as KubeObject;
    await as('gitops', 'PUT', `${configMaps}/versioned`, { ...current, data: { mode: 'put' } });
    await as('gitops', 'PUT', `${configMaps}/versioned`, { ...current, data: { mode: 'stale' } });
    await as('scaler', 'PATCH', `${configMaps}/versioned`, { data: { mode: 'patch' } });
    // nothing changes
    const idle = `${configMaps}/idle?force=true`;
    await as('idler', 'PATCH', idle, configMap('idle', { a: '1' }), { ...apply, fieldManager: 'idler' });
    // refused
    await as('stale', 'PUT', `${configMaps}/shared`, { ...created, data: { mode: 'old' } });
    await as('nobody', 'PATCH', `${configMaps}/shared`, { data: { mode: 'forbidden' } });
    await as('stale', 'PATCH', `${configMaps}/missing`, { data: { mode: 'x' } });
    await as('maker', 'POST', configMaps, { metadata: { generateName: 'made-' }, data: { i: String(i) } });
    await as('maker', 'POST', `${configMaps}?dryRun=All`, configMap(`tried-${i}`, {}));
  }
  await as('cleaner', 'DELETE', `${configMaps}/idle`);
  await plane.request('POST', configMaps, configMap('by-jane', {}), { impersonate: 'jane' }).catch(() => undefined);
  return deeds;
}

interface Scene {
  readonly deeds: ReadonlyMap<string, Deeds>;
  readonly database: string;
  readonly auditLog: string;
}

const options = (audit: 'Metadata' | 'RequestResponse') => ({ audit }) satisfies ControlPlaneOptions;
const threads = { extra: 0, entry: new URL(import.meta.url) };
const requestsFrom = (auditLog: string) => ({
  ...{ auditLogs: [auditLog], syncerLogs: [], stdin: new PassThrough(), now: Date.now(), onProgress: () => undefined },
});

async function triaged(database: string, auditLog?: string): Promise<ChurnReport> {
  const report = await triageSnapshot({
    ...{ file: database, top: 500, skipHashCheck: false, threads, seed: 1, salt: 'salt', version: 'test' },
    onProgress: () => undefined,
    ...(auditLog !== undefined && { requests: requestsFrom(auditLog) }),
  });
  return churnReport.parse(report);
}

const directory = mkdtempSync(join(tmpdir(), 'kubechurn-attribution-'));
afterAll(() => rmSync(directory, { recursive: true }));

async function scene(audit: 'Metadata' | 'RequestResponse'): Promise<Scene> {
  const plane = await startControlPlane(options(audit));
  const database = join(directory, `${audit}.db`);
  const auditLog = join(directory, `${audit}.log`);
  try {
    const deeds = await misbehave(plane);
    copyFileSync(plane.auditLogFile, auditLog);
    await plane.etcd.stop({ keepFiles: true });
    copyFileSync(plane.etcd.dbFile, database);
    return { deeds, database, auditLog };
  } finally {
    await plane.stop();
  }
}

describeWith(programsFor({}), 'a real API server and its etcd', () => {
  describe.each(['Metadata', 'RequestResponse'] as const)('with an audit log at level %s', (level) => {
    let made: Scene;
    let report: ChurnReport;
    beforeAll(async () => {
      made = await scene(level);
      report = await triaged(made.database, made.auditLog);
    });
    const findingOn = (name: string) => report.findings.find(({ subject }) => subject.name === name);

    it('gives each service account the writes it made, exactly', () => {
      for (const [user, { writes }] of made.deeds) {
        const found = report.writers.find(({ name }) => name === user);
        expect({ user, writes: found?.writes ?? 0, error: found?.error ?? 0 }).toEqual({ user, writes, error: 0 });
        if (found) expect(found.kind).toBe('user');
      }
    });

    it('tells what changed nothing and what was refused from what was written', () => {
      for (const [user, { unchanged, rejected, writes }] of made.deeds) {
        const found = report.requests?.users.find((each) => each.user === user);
        expect({ user, ...found }).toMatchObject({ user, unchanged, rejected, succeeded: writes + unchanged });
      }
      expect(report.requests?.standing).toBe('joined');
    });

    it('names both sides of a fight by server-side apply', () => {
      const fight = findingOn('web');
      expect(fight).toMatchObject({ pattern: expect.stringMatching(/fight/), fields: ['/spec/replicas'] });
      expect(fight?.writers.map(({ name, kind }) => `${kind} ${name}`).toSorted()).toEqual(
        [`user ${userOf('gitops')}`, `user ${userOf('scaler')}`].toSorted(),
      );
    });

    it('tells two accounts apart that use one field manager, and knows none of it without the log', async () => {
      const both = [userOf('gitops'), userOf('scaler')].toSorted();
      expect(
        findingOn('shared')
          ?.writers.map(({ name }) => name)
          .toSorted(),
      ).toEqual(both);
      const alone = await triaged(made.database);
      expect(alone.findings.find(({ subject }) => subject.name === 'shared')).toBeUndefined();
      expect(alone.writers.every(({ kind }) => kind === 'fieldManager')).toBe(true);
    });

    it('names the account that only removes, which leaves no trace in the object', () => {
      expect(
        findingOn('labels')
          ?.writers.map(({ name }) => name)
          .toSorted(),
      ).toEqual([userOf('cleaner'), userOf('labeler')].toSorted());
      expect(findingOn('labels')?.fields).toEqual(['/metadata/labels/team']);
    });

    it('knows updates by the version they were based on, and patches beside them', () => {
      const writers = findingOn('versioned')?.writers ?? [];
      expect(Object.fromEntries(writers.map(({ name, writes }) => [name, writes]))).toEqual({
        [userOf('gitops')]: flips,
        [userOf('scaler')]: flips,
      });
    });

    it('counts as requests only what was refused, object by object', () => {
      const refused = report.requests?.objects.find(({ name, user }) => name === 'shared' && user === userOf('nobody'));
      expect(refused).toMatchObject({ succeeded: 0, rejected: { 403: flips }, reason: 'Forbidden' });
    });

    it('shows whom a request was made as', () => {
      expect(report.requests?.users.map(({ user }) => user)).toContain('jane');
      expect(report.writers.map(({ name }) => name)).not.toContain('admin as jane');
    });

    it('reports attempts where the log is all there is', async () => {
      const attempts = churnReport.parse(
        await triageAuditLogs({ requests: requestsFrom(made.auditLog), top: 500, version: 'test' }),
      );
      expect(attempts.counts).toBe('attempts');
      for (const [user, { writes, unchanged }] of made.deeds) {
        const dryRuns = user === userOf('maker') ? flips : 0;
        expect(attempts.writers.find(({ name }) => name === user)?.writes ?? 0).toBe(writes + unchanged - dryRuns);
      }
    });
  });

  it('says that a log and a database do not belong together', async () => {
    const [own, other] = [join(directory, 'Metadata'), join(directory, 'RequestResponse')];
    const report = await triaged(`${own}.db`, `${other}.log`);
    expect(report.coverage.notSeen.join('\n')).toContain('does not belong to the cluster of this database');
    expect(report.requests?.standing).toBe('foreign');
    expect(report.writers.every(({ kind }) => kind === 'fieldManager')).toBe(true);
  });
});
