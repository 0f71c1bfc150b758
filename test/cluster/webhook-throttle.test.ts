import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { describeWith } from '../etcd/harness/describe-with.ts';
import { openScene } from '../etcd/harness/scene.ts';
import { until } from '../etcd/harness/until.ts';
import { startWorker, type Reconcile } from './harness/one-worker.ts';
import { programsFor, startControlPlane, type ControlPlane } from './harness/start-control-plane.ts';
import { register, startWebhook, type Webhook } from './harness/webhook.ts';
import { openApi, type KubeApi } from '../../src/kube/api.ts';
import { loadConnection } from '../../src/kube/connection.ts';
import { readThrottle, switchThrottle } from '../../src/pipeline/cluster/throttle.ts';

jest.setTimeout(120_000); // for machines that are busy

const operator = 'system:serviceaccount:ops:operator';
const rival = 'system:serviceaccount:ops:rival';
const users = { alice: ['system:masters'], [operator]: ['system:masters'], [rival]: ['system:masters'] } as const;
const options = { users };
const configMaps = '/api/v1/namespaces/loops/configmaps';

describeWith(programsFor(options), 'a webhook without any analyzer, allowed to slow loops', () => {
  const scene = openScene('throttle');
  let world: ControlPlane;
  let webhook: Webhook;
  let api: KubeApi;
  const patch = (path: string, body: unknown, user: string) =>
    world.adminFetch(path, { method: 'PATCH', body, token: world.tokenFor(user) });
  const label = (value: 'on' | 'off' | null) =>
    world.request('PATCH', '/api/v1/namespaces/loops', { metadata: { labels: { 'kubechurn.dev/throttle': value } } });

  beforeAll(async () => {
    world = await startControlPlane(options);
    api = openApi(loadConnection({ kubeconfig: world.kubeconfig }));
    webhook = await startWebhook(scene, ['--throttle', '--kubeconfig', world.kubeconfig]);
    await world.request('POST', '/api/v1/namespaces', { metadata: { name: 'loops' } });
    await world.request('POST', configMaps, { metadata: { name: 'probe' }, data: { n: '0' } });
    let n = 0;
    // Whether it is called shows in the warning that flipping a field earns.
    await register(world, webhook);
    await until('a warning on a field that goes back and forth', async () => {
      n = 1 - n;
      return (await patch(`${configMaps}/probe`, { data: { n: String(n) } }, 'alice')).warnings.length > 0;
    });
  });
  afterAll(async () => {
    await api.close();
    await scene.close();
    await world.stop();
  });

  it('warns from its own counts', async () => {
    const { warnings } = await patch(`${configMaps}/probe`, { data: { n: '7' } }, 'alice');
    expect(warnings).toEqual([
      expect.stringMatching(
        /^kubechurn: \/data\/n of configmaps\/probe is rewritten [\d.]+\/min by alice \(docs\/patterns\/defaulting-loop\)$/,
      ),
    ]);
  });

  it('breaks the loop of a controller with one worker, whose other objects go on, until one label stops it everywhere, or its namespace does', async () => {
    const names = ['loop', 'a', 'b', 'c'];
    for (const name of names) await world.request('POST', configMaps, { metadata: { name }, data: { mode: 'x' } });
    // Whatever it writes, another one undoes, for ever.
    const flip: Reconcile = async () => {
      await patch(`${configMaps}/loop`, { data: { mode: 'off' } }, rival);
      const answer = await patch(`${configMaps}/loop`, { data: { mode: flips % 2 === 0 ? 'even' : 'odd' } }, operator);
      if (answer.status === 200) flips += 1;
      return answer;
    };
    const count = (name: string): Reconcile => {
      let counted = 0;
      return () => patch(`${configMaps}/${name}`, { data: { mode: String((counted += 1)) } }, operator);
    };
    let flips = 0;
    const worker = startWorker({ loop: flip, a: count('a'), b: count('b'), c: count('c') }, 20);
    const done = (name: string): number => worker.done.get(name) ?? 0;
    const turns = async (when: string, times = 3): Promise<void> => {
      const before = done('loop');
      await until(`the loop to turn ${when}`, () => done('loop') > before + times, { withinMs: 60_000 });
    };
    const restart = async (): Promise<void> => {
      process.kill(webhook.process.pid, 'SIGKILL');
      await until('the webhook to be gone', () => webhook.process.ended());
      const again = webhook.start();
      await until('the webhook to serve again', () => again.lastWords().includes('throttle stopped'));
      await until('the label to be read', () => again.lastWords().includes('kubechurn is off'));
    };
    try {
      // Proven many times over, but nobody asked for it to be slowed.
      await until('the loop to turn 30 times', () => done('loop') >= 30);
      expect([...worker.refused]).toEqual([]);

      await label('on');
      await until('a refusal', () => worker.refused.has('loop'));
      const before = new Map(worker.done);
      await pause(1_500); // what does not happen can only be waited for
      expect(new Set(worker.refused.get('loop'))).toEqual(new Set([429]));
      expect(done('loop') - (before.get('loop') ?? 0)).toBe(0);
      for (const name of ['a', 'b', 'c']) expect(done(name) - (before.get(name) ?? 0)).toBeGreaterThan(5);
      expect([...worker.refused.keys()]).toEqual(['loop']);

      // Anything but the proven field goes through, whoever writes it, and so does the field for anybody else.
      expect((await patch(`${configMaps}/loop`, { data: { other: '1' } }, operator)).status).toBe(200);
      expect((await patch(`${configMaps}/loop`, { data: { mode: 'odd' } }, 'alice')).status).toBe(200);
      // And so does a field that one user alone sets back and forth: without an analyzer that proves nothing.
      for (const n of ['0', '1', '0', '1']) {
        const { status, warnings } = await patch(`${configMaps}/probe`, { data: { n } }, 'alice');
        expect({ status, pages: warnings.map((each) => /docs.*(?=\))/.exec(each)?.[0]) }).toEqual({
          ...{ status: 200, pages: ['docs/patterns/defaulting-loop'] },
        });
      }

      // One label on the registration stops it everywhere, whatever namespaces ask for, and a restart changes nothing.
      expect(await switchThrottle(api, true, true)).toMatchObject({ configurations: [{ stopped: true }] });
      expect(await readThrottle(api)).toMatchObject({
        configurations: [{ name: 'kubechurn', stopped: false, throttles: true }],
        namespaces: ['loops'],
      });
      await switchThrottle(api, true, false);
      await turns('after the stop');
      await restart();
      const { length: refusals } = worker.refused.get('loop') ?? [];
      await turns('after the restart', 20);
      expect(worker.refused.get('loop')).toHaveLength(refusals);
      await switchThrottle(api, false, false);
      await until('another refusal', () => (worker.refused.get('loop')?.length ?? 0) > refusals, { withinMs: 60_000 });

      // One label stops it in a namespace, also for an object that asks for it, which is enough where the namespace is silent.
      const own = { metadata: { labels: { 'kubechurn.dev/throttle': 'on' } } };
      expect((await patch(`${configMaps}/loop`, own, 'alice')).status).toBe(200);
      await label('off');
      await turns('once its namespace says no');
      const { length: sofar } = worker.refused.get('loop') ?? [];
      await label(null);
      await until('a refusal for the object’s own label', () => (worker.refused.get('loop')?.length ?? 0) > sofar);
    } finally {
      await worker.stop();
    }
  });
});
