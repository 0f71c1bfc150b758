import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';

import { Command, InvalidArgumentError, Option } from 'commander';

import { parseDuration } from '../config/duration.ts';
import { readOptionFile } from '../config/option-file.ts';
import { problem, type ErrorCatalogue } from '../errors/problem.ts';
import type { CertificateSource } from '../pipeline/webhook/certificate-source.ts';
import type { RunningWebhook } from '../pipeline/webhook/run-webhook.ts';
import type { ThrottleSwitch } from '../pipeline/webhook/throttle-switch.ts';
import type { Log } from '../telemetry/log.ts';
import { addKubeOptions, type KubeOptionValues } from './kube-options.ts';
import { port } from './numbers.ts';

const webhookErrors = {
  noCertificate: problem(
    'WEBHOOK_NO_CERTIFICATE',
    () => 'an API server calls webhooks over HTTPS only: give --tls-cert-file and --tls-key-file, or --tls auto',
    2,
  ),
  noNames: problem(
    'WEBHOOK_NO_NAMES',
    () =>
      '--tls auto is given without --tls-names: say by which names the API server calls it, such as NAME.NAMESPACE.svc',
    2,
  ),
  noToken: problem(
    'WEBHOOK_NO_TOKEN',
    () => '--analyzer is given without --token-file: an analyzer takes nothing from somebody it does not know',
    2,
  ),
} satisfies ErrorCatalogue;

interface WebhookCommandOptions extends KubeOptionValues {
  readonly host?: string;
  readonly port: number;
  readonly tlsCertFile?: string;
  readonly tlsKeyFile?: string;
  readonly tlsReload: string;
  readonly tls: 'files' | 'auto';
  readonly tlsNames: readonly string[];
  readonly tlsSecret: string;
  readonly configuration: string;
  readonly namespace?: string;
  readonly analyzer: readonly URL[];
  readonly analyzerCaFile?: string;
  readonly tokenFile?: string;
  readonly warnServiceAccounts: boolean;
  readonly throttle: boolean;
  readonly throttleFor: string;
  readonly linger: string;
}

/** How long calls under way may take once the server closes; the API server gives up after a second. */
const drainMs = 10_000;

export function webhookCommand({ version }: { readonly version: string }): Command {
  return addKubeOptions(new Command('webhook'))
    .description('answer admission reviews: warn who writes too much, and tell the analyzer who asked for what')
    .option('--host <address>', 'where to listen (default: all addresses)')
    .option('--port <port>', 'where to listen; 0 takes any', port, 9443)
    .addOption(
      new Option('--tls <mode>', 'files: certificates come from elsewhere; auto: we issue them ourselves')
        .choices(['files', 'auto'])
        .default('files'),
    )
    .option('--tls-cert-file <file>', 'certificate in PEM, with those between it and its authority after it')
    .option('--tls-key-file <file>', 'its private key')
    .option('--tls-reload <duration>', 'how often it is looked whether there is, or should be, another', '10s')
    .option(
      '--tls-names <names>',
      'for auto: names and addresses the API server calls it by, with commas between',
      names,
      [],
    )
    .option('--tls-secret <name>', 'for auto: where the authority is kept', 'kubechurn-webhook-ca')
    .option(
      '--configuration <name>',
      'the ValidatingWebhookConfiguration: for auto it must trust us, for --throttle its label kubechurn.dev/throttle=off stops it',
      'kubechurn',
    )
    .option('-n, --namespace <name>', 'for auto: of the Secret (default: that of the pod or context)')
    .option(
      '--analyzer <urls>',
      'where analyzers take requests, with commas between; a name stands for all its addresses',
      urls,
      [],
    )
    .option('--analyzer-ca-file <file>', 'the CA that signed the certificate of an https analyzer')
    .option('--token-file <file>', 'the service account token that the analyzer checks')
    .option('--warn-service-accounts', 'warn service accounts and nodes as well, though nobody may read it', false)
    .option(
      '--throttle',
      'slow proven loops where the label kubechurn.dev/throttle=on asks for it; this refuses writes with 429; needs an API server to ask whether it is stopped',
      false,
    )
    .option('--throttle-for <duration>', 'how long one loop is slowed at most, then it is let through', '10m')
    .option('--linger <duration>', 'how long to serve on after SIGTERM, until no new calls come', '5s')
    .action(async (options: WebhookCommandOptions) => {
      const source = await certificateSource(options);
      const pair = await source.first();
      const throttleMs = parseDuration('--throttle-for', options.throttleFor);
      const lingerMs = parseDuration('--linger', options.linger);
      const { tokenFile, analyzerCaFile } = options;
      if (options.analyzer.length > 0 && tokenFile === undefined) throw webhookErrors.noToken();
      // Here, so that no other command loads express.
      const { createLog } = await import('../telemetry/log.ts');
      const { runWebhook } = await import('../pipeline/webhook/run-webhook.ts');
      const log = createLog('webhook');
      const webhook = await runWebhook(pair, {
        version,
        ...options,
        analyzers: options.analyzer,
        limits: {
          ...options,
          throttle: { enabled: options.throttle, atMostMs: throttleMs },
        },
        ...(options.throttle && { throttleSwitch: await throttleSwitch(options, log) }),
        ...(analyzerCaFile !== undefined && { analyzerCa: readOptionFile('--analyzer-ca-file', analyzerCaFile) }),
        token: async () => (tokenFile === undefined ? '' : (await readFile(tokenFile, 'utf8')).trim()),
        from: `${hostname()}/${randomBytes(4).toString('hex')}`,
        log,
        now: Date.now,
      });
      log('info', 'webhook serves', { port: webhook.port, throttle: options.throttle });
      const keeping = source.keep(pair, {
        use: webhook.use,
        failed: (error) => log('warn', 'certificate not replaced', { why: String(error) }),
      });
      await untilStopped(webhook, lingerMs, log);
      await keeping.stop();
    });
}

async function untilStopped(webhook: RunningWebhook, lingerMs: number, log: Log): Promise<void> {
  await Promise.race(['SIGTERM', 'SIGINT'].map((name) => once(process, name)));
  log('info', 'webhook stops', { lingerMs });
  await webhook.stop({ lingerMs, atMostMs: drainMs });
  log('info', 'webhook stopped', { ...webhook.figures() });
}

/** Only with an API server at hand can it be stopped at once, so it takes one. */
async function throttleSwitch(options: WebhookCommandOptions, log: Log): Promise<ThrottleSwitch> {
  const { loadConnection } = await import('../kube/connection.ts');
  const { openApi } = await import('../kube/api.ts');
  const { pause } = await import('../kube/pause.ts');
  const { watchThrottleSwitch } = await import('../pipeline/webhook/throttle-switch.ts');
  const api = openApi(loadConnection(options));
  return watchThrottleSwitch({ api, configuration: options.configuration, log, pause, random: Math.random });
}

async function certificateSource(options: WebhookCommandOptions): Promise<CertificateSource> {
  const { tls, tlsCertFile, tlsKeyFile, tlsNames, tlsSecret, configuration } = options;
  const everyMs = parseDuration('--tls-reload', options.tlsReload);
  const { certificatesFromFiles } = await import('../pipeline/webhook/certificate-source.ts');
  if (tls === 'files') {
    if (tlsCertFile === undefined || tlsKeyFile === undefined) throw webhookErrors.noCertificate();
    return certificatesFromFiles({ certificate: tlsCertFile, key: tlsKeyFile }, everyMs);
  }
  if (tlsNames.length === 0) throw webhookErrors.noNames();
  const { loadConnection } = await import('../kube/connection.ts');
  const { openApi } = await import('../kube/api.ts');
  const { ownCertificates } = await import('../pipeline/webhook/own-certificates.ts');
  const connection = loadConnection(options);
  return ownCertificates({
    api: openApi(connection),
    namespace: options.namespace ?? connection.namespace,
    ...{ secret: tlsSecret, configuration, names: tlsNames, everyMs },
  });
}

function urls(text: string): readonly URL[] {
  return text.split(',').map((each) => {
    const url = URL.parse(each.trim());
    if (!url || !['http:', 'https:'].includes(url.protocol))
      throw new InvalidArgumentError(`"${each}" is no URL such as http://kubechurn-analyzer:9444.`);
    return url;
  });
}

function names(text: string): readonly string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}
