import { problemOf, type KubeApi } from '../../kube/api.ts';
import { autoPair, type Served } from '../../server/tls/auto-certificate.ts';
import { authoritySecret } from './authority-secret.ts';
import type { CertificateSource } from './certificate-source.ts';
import { bundlePublisher } from './publish-bundle.ts';

export interface OwnCertificates {
  readonly api: KubeApi;
  readonly namespace: string;
  /** Where all replicas find the authority that they sign with. */
  readonly secret: string;
  /** The ValidatingWebhookConfiguration whose webhooks are to trust it. */
  readonly configuration: string;
  readonly names: readonly string[];
  readonly everyMs: number;
}

/** Issues what the webhook serves with: an authority in a Secret, and of it a leaf that stays in memory. */
export function ownCertificates({ api, everyMs, ...place }: OwnCertificates): CertificateSource {
  const parts = {
    store: authoritySecret(api, place.namespace, place.secret),
    publish: bundlePublisher(api, place.configuration),
    names: place.names,
  };
  let served: Served | undefined;
  return {
    async first() {
      try {
        served = await autoPair(parts, undefined, new Date());
        return served.pair;
      } catch (error) {
        throw problemOf(error, `keeping its certificate authority in Secret ${place.secret}`, api.server);
      }
    },
    keep(first, changed) {
      let pair = first;
      let looking: Promise<void> = Promise.resolve();
      const look = async (): Promise<void> => {
        try {
          served = await autoPair(parts, served, new Date());
          if (served.pair === pair) return;
          changed.use(served.pair);
          ({ pair } = served);
        } catch (error) {
          changed.failed(error);
        }
      };
      const timer = setInterval(() => {
        looking = looking.then(look);
      }, everyMs);
      return {
        async stop() {
          clearInterval(timer);
          await looking;
          await api.close();
        },
      };
    },
  };
}
