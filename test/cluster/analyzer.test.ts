import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { loadConnection } from '../../src/kube/connection.ts';
import { openApi, type KubeApi } from '../../src/kube/api.ts';
import { electLeader } from '../../src/kube/leader.ts';
import { pause as apiPause } from '../../src/kube/pause.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { defaultPromotion } from '../../src/pipeline/live/promotion.ts';
import { runAnalyzer, type RunningAnalyzer } from '../../src/pipeline/analyzer/run-analyzer.ts';
import { askHotKeys } from '../../src/pipeline/cluster/hot-keys.ts';
import { reachUrl } from '../../src/pipeline/cluster/reach-analyzer.ts';
import { askedReport } from '../../src/pipeline/cluster/triage-cluster.ts';
import { churnReport, type ChurnReport } from '../../src/report/schema.ts';
import type { LogFields } from '../../src/telemetry/log.ts';
import { mostSeries } from '../../src/telemetry/metrics.ts';
import { describeWith } from '../etcd/harness/describe-with.ts';
import { until } from '../etcd/harness/until.ts';
import { countsInEtcd } from './harness/counts-in-etcd.ts';
import { programsFor, startControlPlane, type ControlPlane } from './harness/start-control-plane.ts';
import { widgetDefinition } from './harness/widgets.ts';

jest.setTimeout(240_000); // for machines that are busy

const options = { users: { 'system:serviceaccount:kubechurn:webhook': [] } } as const;
const core = '/api/v1/namespaces/default';
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const widgets = '/apis/apps.example.com/v1/namespaces/default/widgets';
/** Where an API server keeps what no API watch shows. */
const invisible = /^\/registry\/(masterleases|peerserverleases|ranges)\/|^compact_rev_key$/;

describeWith(programsFor(options), 'an analyzer on a real API server', () => {
  let world: ControlPlane;
  let api: KubeApi;
  let analyzer: RunningAnalyzer;
  const log: { message: string; fields: LogFields }[] = [];
  const ending = new AbortController();
  let began = 0;

  const patch = (path: string, object: JsonObject, fieldManager: string) =>
    world.request('PATCH', path, object, { fieldManager });
  const every = async (milliseconds: number, act: (i: number) => Promise<unknown>): Promise<void> => {
    for (let i = 0; !ending.signal.aborted; i++) {
      await act(i);
      await pause(milliseconds, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  };
  let loops: Promise<unknown> = Promise.resolve();
  const findingOn = (name: string): Promise<ChurnReport['findings'][number]> =>
    until(
      `a finding on ${name}`,
      () => analyzer.live.standing().find(({ finding }) => finding.subject.name === name)?.finding,
      { withinMs: 60_000, everyMs: 100 },
    );

  beforeAll(async () => {
    world = await startControlPlane(options);
    await world.request('POST', '/api/v1/namespaces', { metadata: { name: 'kubechurn' } });
    await world.request('POST', `${core}/configmaps`, { metadata: { name: 'fought' }, data: { mode: 'none' } });
    await world.request('POST', `${core}/configmaps`, { metadata: { name: 'beating' } });
    await world.request('POST', `${core}/configmaps`, { metadata: { name: 'counted' }, data: { n: '0' } });
    api = openApi(loadConnection({ kubeconfig: world.kubeconfig }));
    const loopback = { host: '127.0.0.1', port: 0 };
    analyzer = await runAnalyzer({
      ...{ api, version: '0.0.0', namespace: 'kubechurn', identity: 'test', secrets: false, seed: 1, salt: 'salt' },
      ...{ reading: loopback, health: loopback, taking: loopback, audiences: [], speak: true },
      webhooks: ['system:serviceaccount:kubechurn:webhook'],
      promotion: { ...defaultPromotion, slots: 8, provenBy: 20, clearedBy: 60 },
      log: (_, message, fields = {}) => void log.push({ message, fields }),
      now: Date.now,
      pause: apiPause,
      random: () => 0.5,
    });
    await analyzer.live.synced;
    began = Date.now();
    // A custom resource that comes while it is watched.
    await world.request('POST', definitions, widgetDefinition);
    await until('widgets to be served', async () => (await world.adminFetch(widgets)).status === 200);
    await world.request('POST', widgets, {
      ...{ apiVersion: 'apps.example.com/v1', kind: 'Widget', metadata: { name: 'self' }, spec: { size: 1 } },
    });
    const apply = (name: string, mode: string, fieldManager: string) =>
      world.request(
        'PATCH',
        `${core}/configmaps/${name}?force=true`,
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { mode } },
        { fieldManager, contentType: 'application/apply-patch+yaml' },
      );
    loops = Promise.all([
      every(150, (i) => (i % 2 === 0 ? apply('fought', 'a', 'flux') : apply('fought', 'b', 'argocd'))),
      every(200, () =>
        patch(
          `${widgets}/self/status`,
          { status: { phase: 'Ready', lastProbe: new Date().toISOString() } },
          'operator',
        ),
      ),
      every(500, () =>
        patch(
          `${core}/configmaps/beating`,
          { metadata: { annotations: { seen: new Date().toISOString() } } },
          'patroni',
        ),
      ),
      every(300, (i) => patch(`${core}/configmaps/counted`, { data: { n: String(i + 1) } }, 'counter')),
      every(400, async (i) => {
        const name = `short-${i}`;
        await world.request('POST', `${core}/configmaps`, { metadata: { name } });
        await world.request('DELETE', `${core}/configmaps/${name}`);
      }),
    ]);
  });
  afterAll(async () => {
    ending.abort();
    await loops;
    await analyzer.stop();
    await api.close();
    await world.stop();
  });

  it('names both sides of a fight by server-side apply and the field, within a minute', async () => {
    const fight = await findingOn('fought');
    expect(fight).toMatchObject({ pattern: 'field-fight', fields: ['/data/mode'] });
    expect(fight.writers.map(({ name }) => name).toSorted()).toEqual(['argocd', 'flux']);
    expect(Date.now() - began).toBeLessThan(60_000);
  });

  it('names the field of a status that wakes its own controller, of a resource that came later', async () => {
    const trigger = await findingOn('self');
    expect(trigger).toMatchObject({ pattern: 'status-self-trigger', fields: ['/status/lastProbe'] });
    expect(trigger.writers.map(({ name }) => name)).toEqual(['operator']);
    expect(Date.now() - began).toBeLessThan(60_000);
  });

  it('names the annotation that a heartbeat is kept in', async () => {
    const beat = await findingOn('beating');
    expect(beat).toMatchObject({ pattern: 'annotation-heartbeat', fields: ['/metadata/annotations/seen'] });
    expect(Date.now() - began).toBeLessThan(75_000);
  });

  it('finds nothing in a counter that counts, and lets go of what it has understood', async () => {
    await until('hot keys to be released', () => analyzer.live.status().fullWatches <= 1, { withinMs: 60_000 });
    const accused = analyzer.live.standing().map(({ finding }) => finding.subject.name);
    expect(accused).not.toContain('counted');
    // What was proven stands although nobody watches it in full any more.
    expect(accused).toEqual(expect.arrayContaining(['fought', 'self', 'beating']));
  });

  it('tells each transition once: a line of the log, and an Event of what is worth one', async () => {
    const raised = log.filter(({ message }) => message === 'finding raised').map(({ fields }) => fields['subject']);
    expect(raised).toEqual([...new Set(raised)]);
    const { items = [] } = await world.request('GET', '/apis/events.k8s.io/v1/namespaces/default/events');
    const told = items.filter(({ reason }) => reason === 'ChurnFound');
    expect(told.map(({ regarding }) => (regarding as JsonObject)['name'])).toEqual(
      expect.arrayContaining(['fought', 'self']),
    );
  });

  it('serves the report and what is hot on loopback', async () => {
    const at = reachUrl(`http://127.0.0.1:${analyzer.ports.api}`);
    const report = await askedReport(at, 5);
    expect(report.source).toMatchObject([{ kind: 'api', name: world.url }]);
    expect(report.keys).toHaveLength(5);
    const [hottest] = await askHotKeys(at);
    expect(hottest?.perMinute).toBeGreaterThan(60);
    expect((await askHotKeys(at)).find(({ resource }) => resource?.name === 'fought')?.findings).toEqual([
      'field-fight',
    ]);
  });

  it('serves bounded metrics and says what it writes itself', async () => {
    const response = await fetch(`http://127.0.0.1:${analyzer.ports.health}/metrics`);
    const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(lines.length).toBeLessThan(mostSeries);
    expect(lines.find((line) => line.startsWith('kubechurn_own_writes_total{what="lease"}'))).toMatch(/ [1-9]\d?$/);
    expect(lines.join('\n')).not.toContain('fought');
    expect(lines).toContain('kubechurn_findings{pattern="field-fight",severity="critical"} 1');
    expect(lines).toContain('kubechurn_leader 1');
    expect((await fetch(`http://127.0.0.1:${analyzer.ports.health}/readyz`)).status).toBe(200);
  });

  it('takes requests from the webhook only, whom the API server vouches for', async () => {
    const send = (token: string | undefined, body: unknown) =>
      fetch(`http://127.0.0.1:${analyzer.ports.taking}/v1/requests`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify(body),
      });
    const batch = { from: 'w', number: 1, dropped: 2, requests: [], known: '' };
    expect((await send(undefined, batch)).status).toBe(401);
    expect((await send('made-up', batch)).status).toBe(401);
    expect((await send(world.tokenFor('admin'), batch)).status).toBe(403);
    const token = world.tokenFor('system:serviceaccount:kubechurn:webhook');
    expect((await send(token, { from: 'w' })).status).toBe(400);
    const reply = (await (await send(token, batch)).json()) as { version: string; findings: { pattern: string }[] };
    expect(reply.findings.map(({ pattern }) => pattern)).toContain('field-fight');
    const again = await (await send(token, { ...batch, number: 2, known: reply.version })).json();
    expect(Object.keys(again as object)).toEqual(['version']);
  });

  it('lets one replica speak, and another when that one leaves or is gone', async () => {
    const replica = (identity: string) => {
      const leaving = new AbortController();
      let leads = false;
      const election = electLeader({
        ...{ api, namespace: 'default', name: 'test', identity, leaseSeconds: 2, renewMs: 300, pause: apiPause },
        ...{ signal: leaving.signal, now: Date.now, onWrite: () => undefined, onTrouble: () => undefined },
        onChange: (leading) => (leads = leading),
      });
      return {
        leads: () => leads,
        leave: async (): Promise<void> => {
          leaving.abort();
          await election;
        },
      };
    };
    const first = replica('first');
    await until('the first to lead', first.leads);
    const second = replica('second');
    await pause(1_500);
    expect([first.leads(), second.leads()]).toEqual([true, false]);
    await first.leave();
    await until('the second to lead', second.leads, { withinMs: 2_000 });
    // One that is killed releases nothing: somebody unheard of holds the Lease.
    await patch(
      '/apis/coordination.k8s.io/v1/namespaces/default/leases/test',
      { spec: { holderIdentity: 'dead' } },
      'test',
    );
    await until('the second to notice', () => !second.leads());
    await until('the dead one to be replaced', second.leads, { withinMs: 10_000 });
    await second.leave();
  });

  it('counts exactly what etcd holds, resource by resource, and names what no API watch shows', async () => {
    ending.abort();
    await loops;
    await pause(3_000);
    const status = analyzer.live.status();
    const truth = await countsInEtcd(world.etcd, status.fromRevision!);
    const report = churnReport.parse(analyzer.live.report(5));
    const counted = new Map(report.resources.map(({ prefix, writes, deletes }) => [prefix, { writes, deletes }]));
    for (const [prefix, counts] of truth.byPrefix) {
      if (invisible.test(`${prefix}/`)) continue;
      const { writes, deletes } = counts;
      expect({ prefix, ...counted.get(prefix) }).toEqual({ prefix, writes, deletes });
    }
    expect(report.coverage.growth - report.coverage.counted).toBeLessThanOrEqual(truth.invisible(invisible));
    expect(report.coverage.notSeen.join('\n')).toContain('masterleases');
  });
});
