import { throttleLabel } from '../../admission/throttle.ts';
import { problemOf, type KubeApi } from '../../kube/api.ts';
import { isOurWebhook, webhookConfigurations as path } from '../../kube/webhook-configurations.ts';
import type { JsonObject } from '../../model/json.ts';
import { asList, asObject, asText } from '../../objects/json-text.ts';
import { clusterErrors } from './errors.ts';

export interface ThrottleState {
  /** Registrations of webhooks of ours; most clusters have one. */
  readonly configurations: readonly {
    readonly name: string;
    readonly stopped: boolean;
    /** Throttling was turned on when it was installed. */
    readonly throttles: boolean;
  }[];
  /** Those with the label; objects may carry it as well. */
  readonly namespaces: readonly string[];
}

/** Throws kubeErrors, and clusterErrors where no webhook of ours is registered. */
export async function readThrottle(api: KubeApi): Promise<ThrottleState> {
  const selector = new URLSearchParams({ labelSelector: `${throttleLabel}=on` }).toString();
  const [registered, labelled] = await Promise.all([
    ask(api, path, 'listing webhook configurations'),
    ask(api, `/api/v1/namespaces?${selector}`, 'listing namespaces'),
  ]);
  const configurations = asList(registered['items']).map(asObject).flatMap(stateOf);
  if (configurations.length === 0) throw clusterErrors.noWebhook(api.server);
  return { configurations, namespaces: asList(labelled['items']).map((each) => nameOf(asObject(each))) };
}

/** Sets the label that every webhook watches, or removes it, and says what then holds. */
export async function switchThrottle(api: KubeApi, stopped: boolean, dryRun: boolean): Promise<ThrottleState> {
  const { configurations, namespaces } = await readThrottle(api);
  const changed = await Promise.all(
    configurations.map(async ({ name }) => {
      const object = await api
        .call(`${path}/${name}?fieldManager=kubechurn-throttle${dryRun ? '&dryRun=All' : ''}`, {
          method: 'PATCH',
          contentType: 'application/merge-patch+json',
          body: { metadata: { labels: { [throttleLabel]: stopped ? 'off' : null } } },
        })
        .catch((error: unknown) => {
          throw problemOf(error, `labelling the ValidatingWebhookConfiguration ${name}`, api.server);
        });
      return stateOf(object);
    }),
  );
  return { configurations: changed.flat(), namespaces };
}

async function ask(api: KubeApi, at: string, what: string): Promise<JsonObject> {
  return api.call(at).catch((error: unknown) => {
    throw problemOf(error, what, api.server);
  });
}

function stateOf(configuration: JsonObject): ThrottleState['configurations'] {
  const webhooks = asList(configuration['webhooks']).map((each) => asText(asObject(each)['name']) ?? '');
  if (!webhooks.some(isOurWebhook)) return [];
  const labels = asObject(asObject(configuration['metadata'])['labels']);
  return [
    {
      name: nameOf(configuration),
      stopped: labels[throttleLabel] === 'off',
      throttles: webhooks.includes('throttled.kubechurn.dev'),
    },
  ];
}

function nameOf({ metadata }: JsonObject): string {
  return asText(asObject(metadata)['name']) ?? '';
}
