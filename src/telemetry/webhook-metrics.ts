import { Counter, Gauge, Registry } from '@prometheus-io/client';

/** What the webhook knows when it is asked. Totals only rise. */
export interface WebhookFigures {
  readonly version: string;
  /** Answered. */
  readonly reviews: number;
  readonly warnings: number;
  /** Answered with 429. */
  readonly throttled: number;
  /** Calls that were no review: malformed, too large, of another version. */
  readonly refused: number;
  /** Answered, but not understood well enough to be counted. */
  readonly unread: number;
  /** Requests that analyzers took, each counted once for each of them, and those dropped because one did not. */
  readonly delivered: number;
  readonly dropped: number;
  readonly waiting: number;
  /** Batches that no answer came to. */
  readonly failures: number;
  /** When the certificate served with expires, in ms since the Unix epoch. */
  readonly certificateUntil: number;
}

/** The text of /metrics: one series each. */
export function createWebhookMetrics(read: () => WebhookFigures): {
  text(): Promise<string>;
  readonly contentType: string;
} {
  const registry = new Registry();
  const registers = [registry];
  const total = (name: string, help: string) =>
    new Counter({ name: `kubechurn_webhook_${name}_total`, help, registers });
  const gauge = (name: string, help: string) => new Gauge({ name: `kubechurn_webhook_${name}`, help, registers });
  const totals = {
    reviews: total('reviews', 'Admission reviews answered'),
    warnings: total('warnings', 'Warnings given'),
    throttled: total('throttled', 'Requests answered with 429 because they continue a proven loop'),
    refused: total('refused', 'Calls that were no admission review'),
    unread: total('unread', 'Reviews answered but not counted'),
    delivered: total('delivered', 'Requests that an analyzer took'),
    dropped: total('dropped', 'Requests dropped because an analyzer did not take them in time'),
    failures: total('delivery_failures', 'Batches that no analyzer answered'),
  } as const;
  const info = new Gauge({
    name: 'kubechurn_build_info',
    help: 'The version that runs',
    labelNames: ['version'],
    registers,
  });
  const waiting = gauge('waiting', 'Requests that an analyzer has still to take');
  const until = gauge('certificate_expiry_timestamp_seconds', 'When the certificate expires');

  return {
    contentType: registry.contentType,
    async text() {
      const figures = read();
      for (const name of [
        'reviews',
        'warnings',
        'throttled',
        'refused',
        'unread',
        'delivered',
        'dropped',
        'failures',
      ] as const) {
        totals[name].reset();
        totals[name].inc(figures[name]);
      }
      info.set({ version: figures.version }, 1);
      waiting.set(figures.waiting);
      until.set(figures.certificateUntil / 1000);
      return registry.metrics();
    },
  };
}
