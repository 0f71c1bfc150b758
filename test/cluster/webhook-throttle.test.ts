import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { describeWith } from '../etcd/harness/describe-with.ts';
import { openScene } from '../etcd/harness/scene.ts';
import { until } from '../etcd/harness/until.ts';
import { startWorker, type Reconcile } from './harness/one-worker.ts';
import { programsFor, startControlPlane, type ControlPlane } from './harness/start-control-plane.ts';
import { register, startWebhook } from './harness/webhook.ts';

jest.setTimeout(120_000); // for machines that are busy

const operator = 'system:serviceaccount:ops:operator';
const options = { users: { alice: ['system:masters'], [operator]: ['system:masters'] } } as const;
const configMaps = '/api/v1/namespaces/loops/configmaps';

describeWith(programsFor(options), 'a webhook without any analyzer, allowed to slow loops', () => {
  const scene = openScene('throttle');
  let world: ControlPlane;
  const patch = (path: string, body: unknown, user: string) =>
    world.adminFetch(path, { method: 'PATCH', body, token: world.tokenFor(user) });
  const label = (value: string) =>
    world.request('PATCH', '/api/v1/namespaces/loops', { metadata: { labels: { 'kubechurn.dev/throttle': value } } });

  beforeAll(async () => {
    world = await startControlPlane(options);
    const webhook = await startWebhook(scene, ['--throttle']);
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

  it('breaks the loop of a controller with one worker, whose other objects go on, until a label stops it', async () => {
    const names = ['loop', 'a', 'b', 'c'];
    for (const name of names) await world.request('POST', configMaps, { metadata: { name }, data: { mode: 'x' } });
    // It wants the other value than it finds, for ever.
    const flip: Reconcile = async () => {
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

      await label('off');
      const stopped = done('loop');
      await until('the loop to turn again', () => done('loop') > stopped + 3);
    } finally {
      await worker.stop();
    }
  });
});
