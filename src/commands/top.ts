import { setTimeout as pause } from 'node:timers/promises';
import { Command, Option } from 'commander';
import type { HotKey } from '../model/hot-key.ts';
import type { Analyzer } from '../pipeline/cluster/reach-analyzer.ts';
import { wholeNumber } from './numbers.ts';
import { addKubeOptions, type KubeOptionValues } from './kube-options.ts';

interface TopOptions extends KubeOptionValues {
  readonly namespace?: string;
  readonly allNamespaces: boolean;
  readonly output: 'text' | 'wide' | 'json';
  readonly watch: boolean;
  readonly headers: boolean;
  readonly top: number;
  readonly analyzer?: string;
}

const everyMs = 5_000;

export function topCommand(): Command {
  return addKubeOptions(new Command('top'))
    .description('what is written most often right now, as the analyzer in the cluster sees it')
    .option('-n, --namespace <name>', 'of one namespace (default: that of the context)')
    .option('-A, --all-namespaces', 'of all namespaces, and what is in none', false)
    .addOption(new Option('-o, --output <format>', 'how to print it').choices(['text', 'wide', 'json']).default('text'))
    .option('-w, --watch', 'print anew every five seconds', false)
    .option('--no-headers', 'without the line of heads')
    .option('--top <n>', 'rows', wholeNumber, 20)
    .option('--analyzer <url>', 'where an analyzer listens; without it a port-forward to its pod')
    .action(async (options: TopOptions) => {
      const { analyzer, namespace } = await reach(options);
      try {
        do {
          print(await shown(analyzer, namespace, options));
          if (options.watch) await pause(everyMs);
        } while (options.watch);
      } finally {
        analyzer.close();
      }
    });
}

async function reach(options: TopOptions): Promise<{ analyzer: Analyzer; namespace: string | undefined }> {
  const { reachUrl, reachPod, findAnalyzer } = await import('../pipeline/cluster/reach-analyzer.ts');
  const asked = options.allNamespaces ? undefined : options.namespace;
  if (options.analyzer !== undefined && (asked !== undefined || options.allNamespaces))
    return { analyzer: reachUrl(options.analyzer), namespace: asked };
  const { loadConnection } = await import('../kube/connection.ts');
  const connection = loadConnection(options);
  const namespace = options.allNamespaces ? undefined : (asked ?? connection.namespace);
  if (options.analyzer !== undefined) return { analyzer: reachUrl(options.analyzer), namespace };
  const { openApi } = await import('../kube/api.ts');
  const { clusterErrors } = await import('../pipeline/cluster/errors.ts');
  const api = openApi(connection);
  try {
    const target = await findAnalyzer(api);
    if (!target) throw clusterErrors.noAnalyzer(api.server);
    return { analyzer: await reachPod(api, target), namespace };
  } finally {
    await api.close();
  }
}

async function shown(analyzer: Analyzer, namespace: string | undefined, options: TopOptions): Promise<string> {
  const { askHotKeys } = await import('../pipeline/cluster/hot-keys.ts');
  const keys = (await askHotKeys(analyzer)).filter((hot) => isIn(namespace, hot)).slice(0, options.top);
  if (options.output === 'json') return `${JSON.stringify({ keys }, null, 2)}\n`;
  const { hotKeysText } = await import('../report/text/hot-keys.ts');
  return hotKeysText(keys, {
    allNamespaces: namespace === undefined,
    wide: options.output === 'wide',
    headers: options.headers,
    width: process.stdout.columns || 80,
  });
}

function isIn(namespace: string | undefined, { resource }: HotKey): boolean {
  return namespace === undefined || resource?.namespace === namespace;
}

function print(text: string): void {
  process.stdout.write(text);
}
