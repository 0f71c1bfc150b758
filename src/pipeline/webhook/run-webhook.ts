import { setTimeout as pause } from 'node:timers/promises';
import { createAdmission, type AdmissionLimits } from '../../admission/admission.ts';
import { answerText } from '../../admission/answer.ts';
import { readReview } from '../../admission/review.ts';
import type { Millis } from '../../model/write.ts';
import { parseJson } from '../../objects/json-text.ts';
import type { Address } from '../../server/address.ts';
import { addressesOf, createAnalyzerClient } from '../../server/analyzer-client.ts';
import { lifeOf, type KeyPair } from '../../server/tls/key-pair.ts';
import { startWebhookServer } from '../../server/webhook-server.ts';
import type { Log } from '../../telemetry/log.ts';
import { createWebhookMetrics, type WebhookFigures } from '../../telemetry/webhook-metrics.ts';
import type { ThrottleSwitch } from './throttle-switch.ts';
import { createDelivery, usualDelivery, type DeliveryLimits } from './deliver.ts';

export interface WebhookOptions extends Address {
  readonly limits: AdmissionLimits;
  /** Of each analyzer, or of the headless Service that names them all. */
  readonly analyzers: readonly URL[];
  readonly analyzerCa?: string;
  /** Without it, what `limits` allow is allowed. */
  readonly throttleSwitch?: ThrottleSwitch;
  token(): Promise<string>;
  /** This process, for the analyzers. */
  readonly from: string;
  readonly delivery?: DeliveryLimits;
  readonly version: string;
  readonly log: Log;
  now(): Millis;
}

export interface RunningWebhook {
  readonly port: number;
  use(pair: KeyPair): void;
  figures(): WebhookFigures;
  stop(times: { readonly lingerMs: number; readonly atMostMs: number }): Promise<void>;
}

const turnMs = 50;
const resolveMs = 10_000;
const tellAgainMs = 10_000;

/** Serves until `stop`. */
export async function runWebhook(pair: KeyPair, options: WebhookOptions): Promise<RunningWebhook> {
  const { log, now } = options;
  const admission = createAdmission(options.limits);
  const counts = { reviews: 0, warnings: 0, throttled: 0, refused: 0, unread: 0 };
  const analyzers = startDelivery(options, (findings) =>
    findings === undefined ? admission.heard(now()) : admission.learn(findings, now()),
  );
  const ending = new AbortController();
  options.throttleSwitch?.(admission.allowThrottle, ending.signal);
  let served = pair;
  const toldAt = new Map<string, Millis>();
  /** Who floods us with nonsense must not fill the log as well. */
  const seldom: Log = (level, message, fields = {}) => {
    const line = `${message} ${fields['why']}`;
    if (now() - (toldAt.get(line) ?? -Infinity) < tellAgainMs) return;
    toldAt.set(line, now());
    log(level, message, fields);
  };

  const figures = (): WebhookFigures => ({
    version: options.version,
    ...counts,
    ...analyzers.figures(),
    certificateUntil: lifeOf(served).to.getTime(),
  });
  const metrics = createWebhookMetrics(figures);

  const server = await startWebhookServer({
    metrics,
    host: options.host,
    port: options.port,
    pair,
    answer(body, namespace) {
      const review = readReview(parseJson(body.toString()));
      if ('refused' in review) return review;
      const at = now();
      const decision = admission.decide(review, namespace, at);
      counts.reviews++;
      counts.warnings += decision.warnings.length;
      if (decision.refusal) counts.throttled++;
      return {
        text: answerText(review.uid, decision),
        after: () => {
          try {
            const request = admission.record(review, decision, at);
            if (request) analyzers.add(request);
          } catch (error) {
            // Such as a stack that an absurdly nested object is too deep for.
            counts.unread++;
            seldom('warn', 'request not counted', { why: error instanceof Error ? error.name : 'unknown' });
          }
        },
      };
    },
    notReady: () => (lifeOf(served).to.getTime() > now() ? undefined : 'the certificate has expired'),
    onRefused(why, status) {
      counts.refused++;
      seldom('warn', 'call refused', { why, status });
    },
  });
  return {
    port: server.port,
    use(next) {
      server.use(next);
      served = next;
      log('info', 'certificate replaced', { until: lifeOf(next).to.toISOString() });
    },
    figures,
    async stop(times) {
      await server.stop(times);
      ending.abort();
      await analyzers.stop();
    },
  };
}

type Heard = Parameters<typeof createDelivery>[2]['heard'];

function startDelivery({ analyzers, analyzerCa, token, from, delivery, log, now }: WebhookOptions, heard: Heard) {
  const client = createAnalyzerClient({ ...(analyzerCa !== undefined && { ca: analyzerCa }), token, timeoutMs: 5_000 });
  const urls = new Map<string, URL>();
  const queue = createDelivery(from, delivery ?? usualDelivery, {
    now,
    heard,
    send: async (name, batch) => {
      const url = urls.get(name);
      if (!url) throw new Error('it is gone');
      return client.send(url, name.slice(0, name.indexOf(' ')), batch);
    },
    failed: (name, error) => log('warn', 'analyzer not reached', { analyzer: name, why: String(error) }),
  });
  const stopping = new AbortController();

  async function resolve(): Promise<void> {
    const found = new Map<string, URL>();
    for (const url of analyzers) {
      try {
        for (const address of await addressesOf(url)) found.set(`${address} ${url.host}`, url);
      } catch (error) {
        log('warn', 'analyzer not found', { analyzer: url.host, why: String(error) });
        for (const [name, old] of urls) if (old === url) found.set(name, url);
      }
    }
    urls.clear();
    for (const [name, url] of found) urls.set(name, url);
    queue.readersAre([...found.keys()]);
  }

  async function deliver(): Promise<void> {
    let resolvedAt = -Infinity;
    while (!stopping.signal.aborted) {
      if (now() - resolvedAt >= resolveMs) {
        await resolve();
        resolvedAt = now();
      }
      // A slow analyzer holds up its own batches only.
      void queue.turn();
      await pause(turnMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }
  const delivering = analyzers.length === 0 ? Promise.resolve() : deliver();

  return {
    add: queue.add,
    figures: () => ({ ...queue.counts, waiting: queue.waiting() }),
    /** What still waits is sent once more. */
    async stop(): Promise<void> {
      stopping.abort();
      await delivering;
      await queue.turn(true);
      client.close();
    },
  };
}
