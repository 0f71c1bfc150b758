import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { Command } from 'commander';
import { parseBytes } from '../config/amounts.ts';
import { etcdConnection, type EtcdOptionValues } from '../config/etcd-options.ts';
import { acceptListIn } from './accept-list-in.ts';
import { thresholdsIn } from './thresholds-in.ts';
import { addEtcdOptions } from './etcd-options.ts';
import { addKubeOptions, type KubeOptionValues } from './kube-options.ts';
import { port, wholeNumber } from './numbers.ts';
import { addStartMaintenanceOptions, outOfSchedule, type StartMaintenanceValues } from './start-maintenance-options.ts';

interface AnalyzerCommandOptions extends KubeOptionValues, EtcdOptionValues, StartMaintenanceValues {
  readonly namespace?: string;
  readonly apiPort: number;
  readonly healthHost?: string;
  readonly healthPort: number;
  readonly requestsHost?: string;
  readonly requestsPort: number;
  readonly webhookAccount: readonly string[];
  readonly audience: readonly string[];
  readonly secrets: boolean;
  readonly accept?: string;
  readonly thresholds?: string;
  readonly fullWatches: number;
  readonly maxKeys: number;
}

export function analyzerCommand({ version }: { readonly version: string }): Command {
  return addStartMaintenanceOptions(addEtcdOptions(addKubeOptions(new Command('analyzer'))))
    .description(
      'watch a cluster and keep explaining who writes too much: metrics, Events, and the answers for top and triage',
    )
    .option('-n, --namespace <name>', 'where it runs: its Lease is kept there (default: that of the pod or context)')
    .option(
      '--api-port <port>',
      'on loopback only, for kubectl port-forward: what top and triage ask; 0 takes any',
      port,
      9445,
    )
    .option('--health-host <address>', 'where probes and Prometheus ask (default: all addresses)')
    .option('--health-port <port>', '/livez, /readyz and /metrics; 0 takes any', port, 9446)
    .option('--requests-host <address>', 'where webhooks send what they saw (default: all addresses)')
    .option('--requests-port <port>', 'its port; 0 takes any', port, 9444)
    .option(
      '--webhook-account <users>',
      'who may send: system:serviceaccount:NAMESPACE:NAME, with commas between; none turns it off',
      list,
      [],
    )
    .option('--audience <names>', "of the webhook's projected token, with commas between", list, [])
    .option(
      '--secrets',
      'watch Secrets too (their values are never kept, logged or served); needs the right to list them',
      false,
    )
    .option(
      '--accept <file>',
      'a YAML list of churn that is known and wanted, each with reason and expires; objects may be annotated instead',
    )
    .option('--thresholds <file>', 'a YAML file: numbers to judge by instead of the defaults, by pattern and threshold')
    .option('--no-speak', 'write neither Lease nor Events')
    .option('--quota <bytes>', "etcd's --quota-backend-bytes, for the forecast: 2147483648, 8GiB", (text) =>
      parseBytes('--quota', text),
    )
    .option('--full-watches <n>', 'hot objects watched in full at a time', wholeNumber, 32)
    .option('--max-keys <n>', 'keys counted one by one; what is beyond is counted by resource', wholeNumber, 200_000)
    .action(async (options: AnalyzerCommandOptions) => {
      const maintenance = outOfSchedule(options);
      const { loadConnection } = await import('../kube/connection.ts');
      const { pause } = await import('../kube/pause.ts');
      const { openApi } = await import('../kube/api.ts');
      const { createLog } = await import('../telemetry/log.ts');
      const { runAnalyzer } = await import('../pipeline/analyzer/run-analyzer.ts');
      const { defaultWindow } = await import('../pipeline/live/live-analysis.ts');
      const { defaultPromotion } = await import('../pipeline/live/promotion.ts');
      const connection = loadConnection(options);
      const etcd = etcdConnection(options, process.env);
      const thresholds = await thresholdsIn(options.thresholds);
      const api = openApi(connection);
      const log = createLog('analyzer');
      const { quota, accept } = options;
      const analyzer = await runAnalyzer({
        ...{ api, version, log, secrets: options.secrets, speak: options.speak },
        namespace: options.namespace ?? connection.namespace,
        identity: `${hostname()}_${randomBytes(4).toString('hex')}`,
        seed: randomBytes(4).readUInt32LE(),
        salt: randomBytes(16).toString('hex'),
        reading: { host: '127.0.0.1', port: options.apiPort },
        health: { host: options.healthHost, port: options.healthPort },
        ...(options.webhookAccount.length > 0 && {
          taking: { host: options.requestsHost, port: options.requestsPort },
        }),
        webhooks: options.webhookAccount,
        audiences: options.audience,
        // Its files anew each time: certificates are renewed.
        ...(etcd && { etcd: () => etcdConnection(options, process.env) ?? etcd }),
        ...(accept !== undefined && { accept: await acceptListIn(accept) }),
        ...(quota !== undefined && { quotaBytes: quota }),
        ...(maintenance && { maintenance }),
        ...(thresholds && { thresholds }),
        window: { ...defaultWindow, keys: options.maxKeys },
        promotion: { ...defaultPromotion, slots: options.fullWatches },
        now: Date.now,
        pause,
        random: Math.random,
      });
      log('info', 'analyzer serves', { server: api.server, ...analyzer.ports });
      await Promise.race(['SIGTERM', 'SIGINT'].map((name) => once(process, name)));
      log('info', 'analyzer stops');
      await analyzer.stop();
      await api.close();
    });
}

function list(text: string): readonly string[] {
  return text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}
