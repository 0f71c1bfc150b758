import { fileURLToPath } from 'node:url';
import { reachUrl, type Analyzer } from '../../../src/pipeline/cluster/reach-analyzer.ts';
import { freePorts } from '../../etcd/harness/free-ports.ts';
import type { Running, Scene } from '../../etcd/harness/scene.ts';
import { until } from '../../etcd/harness/until.ts';
import type { ControlPlane } from './start-control-plane.ts';

const program = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));

export type AnalyzerProcess = {
  /** What `top` and `triage` ask. */
  readonly api: Analyzer;
  /** Where webhooks send to. */
  readonly takingUrl: string;
  readonly process: Running;
};

/** `kubechurn analyzer` as a process of its own, counting. */
export async function startAnalyzer(
  scene: Scene,
  { kubeconfig }: ControlPlane,
  args: readonly string[] = [],
): Promise<AnalyzerProcess> {
  const [reading = 0, health = 0, taking = 0] = await freePorts(3);
  const running = scene.start(
    process.execPath,
    [
      ...['--disable-warning=ExperimentalWarning', program, 'analyzer', '--kubeconfig', kubeconfig],
      ...['--api-port', String(reading), '--health-host', '127.0.0.1', '--health-port', String(health)],
      ...['--requests-host', '127.0.0.1', '--requests-port', String(taking), ...args],
    ],
    { name: 'analyzer' },
  );
  await until(
    'the analyzer to count',
    async () => {
      if (running.ended()) throw new Error(`the analyzer ended: ${running.lastWords()}`);
      const answer = await fetch(`http://127.0.0.1:${health}/readyz`).catch(() => undefined);
      return answer?.status === 200;
    },
    { withinMs: 60_000, everyMs: 100 },
  );
  return {
    api: reachUrl(`http://127.0.0.1:${reading}`),
    takingUrl: `http://127.0.0.1:${taking}`,
    process: running,
  };
}
