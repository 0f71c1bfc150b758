import { Command, Option } from 'commander';
import { parseDuration } from '../config/duration.ts';
import { hasKubeconfig } from '../kube/has-kubeconfig.ts';
import type { CheckReport } from '../report/check/schema.ts';
import { startProgress } from './progress.ts';
import { addTargetOptions, type TargetOptions } from './target-options.ts';

interface CheckOptions extends TargetOptions {
  readonly output: 'text' | 'json';
  readonly betweenLooks: string;
  readonly analyzer?: string;
}

/** Exit code 1 where a check failed. */
export function checkCommand({ version }: { readonly version: string }): Command {
  return addTargetOptions(new Command('check'))
    .description(
      'say what is wrong with an etcd, or with a cluster and what of kubechurn runs in it, and the exact lines to set',
    )
    .option('--analyzer <url>', 'where its analyzer listens, in place of a port-forward to it')
    .addOption(new Option('--between-looks <duration>', 'how long growth is watched').default('3s'))
    .addOption(new Option('-o, --output <format>', 'how to print the answer').choices(['text', 'json']).default('text'))
    .action(async (options: CheckOptions) => {
      const betweenMs = parseDuration('--between-looks', options.betweenLooks);
      const { checkAll } = await import('./check-all.ts');
      const progress = startProgress(process.stderr);
      const report = await checkAll(options, {
        ...{ betweenMs, version, environment: process.env, hasCluster: hasKubeconfig(process.env) },
        onProgress: (what) => progress.update({ what }),
      }).finally(progress.end);
      process.stdout.write(await rendered(report, options.output));
      if (report.result === 'failed') process.exitCode = 1;
    });
}

async function rendered(report: CheckReport, output: CheckOptions['output']): Promise<string> {
  if (output === 'json') return (await import('../report/json/report-json.ts')).reportJson(report);
  const { checkText } = await import('../report/text/check.ts');
  const { wantsColour } = await import('../report/text/palette.ts');
  return checkText(report, { colour: wantsColour({ isTTY: process.stdout.isTTY, noColor: process.env['NO_COLOR'] }) });
}
