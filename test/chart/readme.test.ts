import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:net';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { programsFor, startControlPlane, type ControlPlane } from '../cluster/harness/start-control-plane.ts';
import { openScene } from '../etcd/harness/scene.ts';
import { requiredTool } from '../etcd/harness/tool.ts';
import { until } from '../etcd/harness/until.ts';
import { describeWithPods } from './harness/describe-with-pods.ts';
import { startKubelet, type Kubelet } from './harness/kubelet.ts';
import { leftovers } from './harness/leftovers.ts';
import { openPodNetwork, type PodNetwork } from './harness/pod-network.ts';
import { proxyService } from './harness/proxy-service.ts';

jest.setTimeout(300_000); // for machines that are busy

const root = fileURLToPath(new URL('../..', import.meta.url));
const namespace = 'kubechurn';
const controllers = { controllerManager: true } as const;
const registry = 'registry.example.com';

/** Lines of the blocks of README's section, in their order. */
const commands = (/\n## Install it\n([^]*?)\n## /.exec(readFileSync(join(root, 'README.md'), 'utf8'))?.[1] ?? '')
  .split(/^```\n/m)
  .filter((_, i) => i % 2 === 1)
  .flatMap((block) => block.trimEnd().split('\n'));

// Helm, kubectl, sh and sed are real; docker only notes what it was asked for. The controllers are real; pods have no kubelet,
// which the harness plays, nor a kube-proxy for the one port that helm test asks.
describeWithPods([...programsFor(controllers), 'helm', 'kubectl'], "README's section on installing, word by word", () => {
  const scene = openScene('readme');
  const programs = join(scene.directory, 'programs');
  let network: PodNetwork;
  let world: ControlPlane;
  let kubelet: Kubelet;
  let proxy: Server;

  type Said = { readonly code: number; readonly stdout: string; readonly stderr: string };
  const run = async (command: string): Promise<Said> => {
    const { promise, resolve } = Promise.withResolvers<Said>();
    const env = {
      PATH: [programs, process.env['PATH']].join(delimiter),
      HOME: scene.directory,
      KUBECONFIG: world.kubeconfig,
    };
    const options = { cwd: root, env, timeout: 200_000 };
    execFile('sh', ['-ec', command.replaceAll('REGISTRY', registry)], options, (error, stdout, stderr) =>
      resolve({ code: error ? 1 : 0, stdout, stderr }),
    );
    return promise;
  };
  const at = (path: string): Promise<number> => world.adminFetch(path).then(({ status }) => status);
  const imagesOf = async (deployment: string, of = namespace): Promise<string> => {
    const { spec } = await world.request('GET', `/apis/apps/v1/namespaces/${of}/deployments/${deployment}`);
    return JSON.stringify(spec);
  };
  const image = `"image":"${registry}/kubechurn/kubechurn:0.1.0"`;
  const configuration = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/kubechurn';

  /** What must hold after a command of ours; each has one. */
  const effects: readonly (readonly [RegExp, (said: Said) => Promise<void>])[] = [
    [/^docker build /, async ({ stdout }) => expect(stdout).toContain(`build -t ${registry}/kubechurn/kubechurn:0.1.0 .`)],
    [/^docker push /, async ({ stdout }) => expect(stdout).toContain(`push ${registry}/kubechurn/kubechurn:0.1.0`)],
    [
      /^helm install /,
      async ({ stdout }) => {
        expect(stdout).toContain('STATUS: deployed');
        for (const name of ['kubechurn-webhook', 'kubechurn-analyzer']) expect(await imagesOf(name)).toContain(image);
      },
    ],
    [/^helm test /, async ({ stdout }) => expect(stdout).toMatch(/Phase: +Succeeded/)],
    [
      /^helm upgrade /,
      async ({ stdout }) => {
        expect(stdout).toContain('maintenance  kubeadm (kubeadm): one pod in kubechurn-maintenance that stays');
        expect(await imagesOf('kubechurn-etcd-kubeadm', 'kubechurn-maintenance')).toContain(image);
      },
    ],
    [/^kubectl delete validatingwebhook/, async () => expect(await at(configuration)).toBe(404)],
    [/^helm uninstall /, async () => expect(await at(`/apis/apps/v1/namespaces/${namespace}/deployments/kubechurn-webhook`)).toBe(404)],
    [
      /^kubectl delete namespace /,
      async () => {
        // Helm does not wait for the namespace that it had made for the pods of maintenance.
        await until('everything to be gone', async () => (await leftovers(world)).length === 0, { withinMs: 90_000, everyMs: 500 }).catch(
          async () => expect(await leftovers(world)).toEqual([]),
        );
      },
    ],
    [
      /^sed .*kubectl apply /,
      async () => {
        for (const name of ['kubechurn-webhook', 'kubechurn-analyzer']) expect(await imagesOf(name)).toContain(image);
        expect(await at(configuration)).toBe(200);
      },
    ],
  ];

  beforeAll(async () => {
    network = openPodNetwork();
    world = await startControlPlane({
      ...controllers,
      ...{ address: network.host, apiServerArgs: ['--enable-aggregator-routing=true'] },
    });
    const names = new Map([[`kubechurn-webhook.${namespace}.svc`, network.host]]);
    kubelet = await startKubelet({ scene, world, namespace, names }, network);
    const service = 'kubechurn-webhook';
    proxy = await proxyService({ world, namespace, service, host: network.host, port: 443 });
    mkdirSync(programs);
    const scripts = {
      helm: `exec '${requiredTool('helm')}' "$@"`,
      docker: 'echo "$@"',
      kubectl: `exec '${requiredTool('kubectl')}' "$@"`,
    };
    for (const [name, script] of Object.entries(scripts)) {
      writeFileSync(join(programs, name), `#!/bin/sh\n${script}\n`);
      chmodSync(join(programs, name), 0o755);
    }
  });
  afterAll(async () => {
    proxy.close();
    await kubelet.stop();
    await scene.close();
    await world.stop();
    network.close();
  });

  it('has each command that it should have', () => {
    expect(effects.filter(([pattern]) => !commands.some((command) => pattern.test(command)))).toEqual([]);
  });

  it.each(commands)('%s', async (command) => {
    const said = await run(command);
    expect({ ...said, pods: said.code === 0 ? [] : kubelet.complaints() }).toMatchObject({ code: 0, pods: [] });
    const effect = effects.find(([pattern]) => pattern.test(command))?.[1];
    if (!effect) throw new Error(`nothing says what "${command}" is good for: add it to the effects of this test`);
    await effect(said);
  });
});
