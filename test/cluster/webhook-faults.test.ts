import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { describeWith } from '../etcd/harness/describe-with.ts';
import { openScene } from '../etcd/harness/scene.ts';
import { until } from '../etcd/harness/until.ts';
import { startStandIn, type StandIn } from './harness/analyzer-stand-in.ts';
import { programsFor, startControlPlane, type ControlPlane } from './harness/start-control-plane.ts';
import { register, startWebhook, type Webhook } from './harness/webhook.ts';

jest.setTimeout(120_000); // for machines that are busy

const configMaps = '/api/v1/namespaces/default/configmaps';

describeWith(programsFor({}), 'a cluster whose webhook fails', () => {
  const scene = openScene('webhook-faults');
  let world: ControlPlane;
  let analyzer: StandIn;
  let webhook: Webhook;
  let made = 0;
  /** Milliseconds it took. */
  const write = async (): Promise<number> => {
    const began = performance.now();
    await world.request('POST', configMaps, { metadata: { name: `write-${made++}` } });
    return performance.now() - began;
  };
  const seen = (name: string): boolean => analyzer.requests.some(({ key }) => key.name === name);
  const called = () =>
    until('the webhook to be called', async () => {
      const name = `write-${made}`;
      await write();
      return until('a batch', () => seen(name), { withinMs: 500 }).catch(() => false);
    });

  beforeAll(async () => {
    world = await startControlPlane();
    analyzer = await startStandIn('a-token');
    const tokenFile = join(scene.directory, 'token');
    writeFileSync(tokenFile, 'a-token\n');
    webhook = await startWebhook(scene, ['--analyzer', analyzer.url, '--token-file', tokenFile]);
    await register(world, webhook);
    await called();
  });
  afterAll(async () => {
    await scene.close();
    await analyzer.close();
    await world.stop();
  });

  it('loses no call while its certificate is replaced', async () => {
    const from = made;
    for (let round = 0; round < 3; round++) {
      await webhook.renew();
      await Promise.all(Array.from({ length: 20 }, write));
    }
    await until('the certificate to be replaced', () => webhook.process.lastWords().includes('certificate replaced'));
    const lost = (): string[] =>
      Array.from({ length: made - from }, (_, i) => `write-${from + i}`).filter((name) => !seen(name));
    await until('all to arrive', () => lost().length === 0, { withinMs: 5_000 }).catch(() => undefined);
    expect(lost()).toEqual([]);
  });

  it('keeps requests for an analyzer that is away, and says how many it had to drop', async () => {
    analyzer.refuse(true);
    const name = `write-${made}`;
    await write();
    const failed = analyzer.refusals();
    await until('a batch to be refused', () => analyzer.refusals() > failed);
    expect(seen(name)).toBe(false);
    analyzer.refuse(false);
    await until('the batch again', () => seen(name));
    expect(analyzer.requests.filter(({ key }) => key.name === name)).toHaveLength(1);
    expect(analyzer.batches.at(-1)?.dropped).toBe(0);
  });

  it('writes on while the webhook hangs, each write held up for a second at most', async () => {
    process.kill(webhook.process.pid, 'SIGSTOP');
    try {
      const took = [await write(), await write()];
      expect(Math.max(...took)).toBeGreaterThan(900);
      expect(Math.max(...took)).toBeLessThan(2_500); // a second, and what a busy machine adds
    } finally {
      process.kill(webhook.process.pid, 'SIGCONT');
    }
    await called();
  });

  it('writes on without delay while the webhook is gone, and is seen again once it is back', async () => {
    process.kill(webhook.process.pid, 'SIGKILL');
    await until('it to be gone', () => webhook.process.ended());
    const took = [await write(), await write(), await write()];
    expect(Math.min(...took)).toBeLessThan(500);
    webhook.start();
    await called();
  });
});
