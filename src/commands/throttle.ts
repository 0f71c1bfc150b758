import { Argument, Command, Option } from 'commander';
import type { ThrottleState } from '../pipeline/cluster/throttle.ts';
import { addKubeOptions, type KubeOptionValues } from './kube-options.ts';

interface ThrottleOptions extends KubeOptionValues {
  readonly dryRun: boolean;
  readonly output: 'text' | 'json';
}

const actions = ['stop', 'start', 'status'] as const;

/** Exit code 1 where there is no webhook to stop. */
export function throttleCommand(): Command {
  return addKubeOptions(new Command('throttle'))
    .description('stop every throttle at once, let them start again, or say who asked for one')
    .addArgument(new Argument('<action>', 'stop and start set and remove one label').choices(actions))
    .option('--dry-run', 'let the API server look at the change, and store nothing', false)
    .addOption(new Option('-o, --output <format>', 'how to print the answer').choices(['text', 'json']).default('text'))
    .action(async (action: (typeof actions)[number], options: ThrottleOptions) => {
      const { loadConnection } = await import('../kube/connection.ts');
      const { openApi } = await import('../kube/api.ts');
      const { readThrottle, switchThrottle } = await import('../pipeline/cluster/throttle.ts');
      const api = openApi(loadConnection(options));
      try {
        const { dryRun } = options;
        const state =
          action === 'status' ? await readThrottle(api) : await switchThrottle(api, action === 'stop', dryRun);
        process.stdout.write(options.output === 'json' ? `${JSON.stringify(state, null, 2)}\n` : textOf(state, dryRun));
      } finally {
        await api.close();
      }
    });
}

function textOf({ configurations, namespaces }: ThrottleState, dryRun: boolean): string {
  const lines = configurations.map(
    ({ name, stopped, throttles }) =>
      `${name}: ${stopped ? 'stopped, nothing is refused' : throttles ? 'loops may be slowed where asked for' : 'throttling is not turned on'}${dryRun ? ' (dry run)' : ''}`,
  );
  const asked = namespaces.length === 0 ? 'no namespace' : namespaces.join(', ');
  return `${lines.join('\n')}\nasked for by: ${asked}\n`;
}
