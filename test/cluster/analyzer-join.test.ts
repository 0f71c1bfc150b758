import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { etcdConnection } from '../../src/config/etcd-options.ts';
import { openApi, type KubeApi } from '../../src/kube/api.ts';
import { loadConnection } from '../../src/kube/connection.ts';
import { pause } from '../../src/kube/pause.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { runAnalyzer, type RunningAnalyzer } from '../../src/pipeline/analyzer/run-analyzer.ts';
import { churnReport } from '../../src/report/schema.ts';
import { describeWith } from '../etcd/harness/describe-with.ts';
import { freePorts } from '../etcd/harness/free-ports.ts';
import { openScene } from '../etcd/harness/scene.ts';
import { until } from '../etcd/harness/until.ts';
import type { Method, RequestOptions } from './harness/api-client.ts';
import { countsInEtcd } from './harness/counts-in-etcd.ts';
import { cuttingProxy, type CuttingProxy } from './harness/cutting-proxy.ts';
import { programsFor, startControlPlane, type ControlPlane } from './harness/start-control-plane.ts';
import { register, startWebhook } from './harness/webhook.ts';

jest.setTimeout(180_000); // for machines that are busy

const racers = ['ann', 'ben', 'cem'] as const;
const others = ['maker', 'scaler', 'applier', 'deleter'] as const;
/** Each writes through one of the two API servers until the webhook is asked by it. */
const probers = ['first', 'second'] as const;
const webhookUser = 'system:serviceaccount:kubechurn:webhook';
const options = {
  replica: true,
  users: {
    ...Object.fromEntries([...racers, ...others, ...probers].map((user) => [user, ['system:masters']])),
    [webhookUser]: [],
  },
} as const;
const core = '/api/v1/namespaces/default';
const deployments = '/apis/apps/v1/namespaces/default/deployments';
const apply = { contentType: 'application/apply-patch+yaml' } as const;

/** Each side of a race is told by the API server's own answer which revision it made. */
describeWith(programsFor(options), 'requests laid beside the writes they made', () => {
  const scene = openScene('analyzer-join');
  let world: ControlPlane;
  let api: KubeApi;
  let analyzer: RunningAnalyzer;
  /** The way to etcd. */
  let way: CuttingProxy;
  let isAway = false;
  /** Whose a revision is, by the answers. */
  const truth = new Map<number, string>();
  let asked = 0;

  /** In turn through one API server and the other; the analyzer watches the first. */
  const as = async (
    user: string,
    method: Method,
    path: string,
    body?: unknown,
    more: RequestOptions = {},
  ): Promise<JsonObject> => {
    const [first, second] = [world.adminFetch, world.replica!.send];
    const told = { token: world.tokenFor(user), ...more };
    asked += 1;
    const answered = asked % 2 === 0 ? first(path, { method, body, ...told }) : second(method, path, body, told);
    const { text, status } = await answered;
    const answer = JSON.parse(text) as { metadata?: { resourceVersion?: string; uid?: string } };
    const revision = Number(answer.metadata?.resourceVersion ?? 0);
    // What changes nothing, or deletes, answers with the revision that it found.
    if (status < 300 && revision > 0 && !truth.has(revision)) truth.set(revision, user);
    return answer;
  };

  beforeAll(async () => {
    world = await startControlPlane(options);
    await world.request('POST', '/api/v1/namespaces', { metadata: { name: 'kubechurn' } });
    api = openApi(loadConnection({ kubeconfig: world.kubeconfig }));
    way = await cuttingProxy(world.etcd.endpoint);
    const [nothing] = await freePorts(1);
    const loopback = { host: '127.0.0.1', port: 0 };
    analyzer = await runAnalyzer({
      ...{ api, version: '0.0.0', namespace: 'kubechurn', identity: 'test', secrets: false, seed: 1, salt: 'salt' },
      ...{ reading: loopback, health: loopback, taking: loopback, audiences: [], speak: false },
      etcd: () => etcdConnection({ etcd: isAway ? `127.0.0.1:${nothing}` : new URL(way.url).host }, {})!,
      ...{ webhooks: [webhookUser], log: () => undefined, now: Date.now, pause, random: () => 0.5 },
    });
    await analyzer.live.synced;
    const token = join(scene.directory, 'token');
    writeFileSync(token, world.tokenFor(webhookUser));
    const webhook = await startWebhook(scene, [
      ...['--analyzer', `http://127.0.0.1:${analyzer.ports.taking}`, '--token-file', token],
    ]);
    await register(world, webhook);
    // An API server calls it once it has taken notice, and the analyzer is told soon after.
    for (const [i, user] of probers.entries())
      await until(
        `the webhook to be asked about ${user} and the analyzer to be told`,
        async () => {
          const probe = { metadata: { generateName: 'probe-' } };
          const server = i === 0 ? world : world.replica!;
          await server.request('POST', `${core}/configmaps`, probe, { token: world.tokenFor(user) });
          await after(300);
          const { requests } = analyzer.live.report(10);
          return requests?.users.some((each) => each.user === user);
        },
        { everyMs: 100 },
      );
  });
  afterAll(async () => {
    await analyzer.stop();
    await api.close();
    await way.close();
    await scene.close();
    await world.stop();
  });

  it('gives each revision to the user who won the race, though all were asked about', async () => {
    const labels = { app: 'web' };
    await as('maker', 'POST', `${core}/configmaps`, { metadata: { name: 'raced' }, data: { by: 'maker' } });
    await as('maker', 'POST', deployments, {
      metadata: { name: 'web' },
      spec: {
        ...{ replicas: 1, selector: { matchLabels: labels } },
        template: { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'web:1' }] } },
      },
    });
    for (let i = 0; i < 25; i++) {
      await Promise.all([
        // patches on one version: the API server retries the losers inside, and asks the webhook again
        ...racers.map((user) =>
          as(
            user,
            'PATCH',
            `${core}/configmaps/raced`,
            { data: { by: user, [user]: String(i) } },
            { fieldManager: 'kubectl' },
          ),
        ),
        as('scaler', 'PATCH', `${deployments}/web/scale`, { spec: { replicas: (i % 3) + 1 } }),
        as(
          'applier',
          'PATCH',
          `${deployments}/web?force=true`,
          { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', annotations: { i: String(i) } } },
          { ...apply, fieldManager: 'applier' },
        ),
      ]);
    }
    const held = { metadata: { name: 'held', finalizers: ['example.com/hold'] } };
    await as('maker', 'POST', `${core}/configmaps`, held);
    await as('deleter', 'DELETE', `${core}/configmaps/held`);
    await as('applier', 'PATCH', `${core}/configmaps/held`, { metadata: { finalizers: null } });
    await until('all to be settled', () => [...truth.keys()].every((revision) => analyzer.live.writerOf(revision)), {
      withinMs: 15_000,
      everyMs: 200,
    }).catch(() => undefined);

    const wrong = [...truth].flatMap(([revision, user]) => {
      const writer = analyzer.live.writerOf(revision);
      return writer?.name === user ? [] : [{ revision, user, found: writer?.name, confidence: writer?.confidence }];
    });
    expect(truth.size).toBeGreaterThan(100);
    expect(wrong.filter(({ confidence }) => confidence !== 'medium')).toEqual([]);
    // One field manager, the same fields, within a second: of such rivals the metadata is one.
    expect(wrong.length).toBeLessThan(truth.size / 10);
  });

  it('counts writes by user, as exactly as it says', () => {
    const report = churnReport.parse(analyzer.live.report(50));
    for (const user of [...racers, ...others]) {
      const made = [...truth.values()].filter((each) => each === user).length;
      const { writes = 0, error = 0, kind } = report.writers.find(({ name }) => name === user) ?? {};
      expect({ user, kind, isWithin: Math.abs(writes - made) <= error + deletions(user) }).toEqual({
        ...{ user, kind: 'user', isWithin: true },
      });
    }
    expect(report.requests).toMatchObject({ standing: 'joined', sources: [{ kind: 'admission' }] });
  });

  it('explains every revision where it may watch etcd as well, and counts what no API watch shows', async () => {
    const covered = () => analyzer.live.report(0);
    const report = await until('every revision to be explained', () => {
      const { coverage, resources } = covered();
      const isWhole = coverage.growth > 100 && coverage.counted === coverage.growth;
      return isWhole && resources.some(({ prefix }) => /masterleases|peerserverleases/.test(prefix)) && covered();
    });
    expect(report.coverage.ratio).toBe(1);
    expect(report.coverage.notSeen.join('\n')).not.toContain('masterleases');
  });

  it('takes the sizes of what the API shows from etcd, to the byte', async () => {
    // Nobody writes ConfigMaps and Deployments now: what was written is told sooner or later, in whatever order.
    const wanted = ['/registry/configmaps', '/registry/deployments'];
    const { byPrefix } = await countsInEtcd(world.etcd, analyzer.live.status().fromRevision!);
    const stored = wanted.map((prefix) => ({ prefix, bytes: byPrefix.get(prefix)?.bytes }));
    expect(stored.every(({ bytes }) => (bytes ?? 0) > 10_000)).toBe(true);
    const told = () => {
      const { resources } = churnReport.parse(analyzer.live.report(0));
      return wanted.map((prefix) => ({ prefix, bytes: resources.find((each) => each.prefix === prefix)?.bytes }));
    };
    await until('every size to be told', () => isDeepStrictEqual(told(), stored), { withinMs: 30_000 }).catch(
      () => undefined,
    );
    expect(told()).toEqual(stored);
    expect(analyzer.live.status().notSeen.join('\n')).not.toContain('sizes');
  });

  it('says what it does not see while etcd is away, and misses nothing of it', async () => {
    const told = (): string => analyzer.live.status().notSeen.join('\n');
    isAway = true;
    way.cut();
    await until('the loss to be told', () => told().includes('masterleases') && told().includes('sizes'));
    await as('maker', 'POST', `${core}/configmaps`, { metadata: { name: 'meanwhile' } });
    isAway = false;
    await until('the watch to be back', () => !told().includes('masterleases') && !told().includes('sizes'));
    const { fromRevision, toRevision: back } = analyzer.live.status();
    const { counted, growth } = await until('what came meanwhile to be settled', () => {
      const { coverage } = analyzer.live.status();
      return coverage.growth >= back - fromRevision! && coverage.counted === coverage.growth && coverage;
    });
    expect(counted).toBe(growth);
  });

  it('names both users of a fight, though they call themselves the same', async () => {
    const configMap = `${core}/configmaps/raced`;
    const found = new AbortController();
    const fight = (async () => {
      for (let i = 0; !found.signal.aborted; i++) {
        await as(racers[i % 2]!, 'PATCH', configMap, { data: { mode: String(i % 2) } }, { fieldManager: 'kubectl' });
        await after(100);
      }
    })();
    const finding = await until(
      'the fight to be found',
      () =>
        analyzer.live
          .standing()
          .find(({ finding: { subject, fields } }) => subject.name === 'raced' && fields.includes('/data/mode'))
          ?.finding,
      { withinMs: 60_000, everyMs: 200 },
    ).finally(() => found.abort());
    await fight;
    expect(finding.writers.map(({ name, kind }) => `${kind} ${name}`).toSorted()).toEqual(['user ann', 'user ben']);
  });
});

/** An update that takes the last finalizer away answers with the revision it found. */
const deletions = (user: string): number => (user === 'applier' ? 1 : 0);
