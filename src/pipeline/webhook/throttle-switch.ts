import { throttleLabel } from '../../admission/throttle.ts';
import type { KubeApi } from '../../kube/api.ts';
import { listWatch } from '../../kube/list-watch.ts';
import type { Pause } from '../../kube/pause.ts';
import type { WatchedObject } from '../../kube/watch-frames.ts';
import { webhookConfigurations as path } from '../../kube/webhook-configurations.ts';
import { asObject, asText, parseJson } from '../../objects/json-text.ts';
import type { Log } from '../../telemetry/log.ts';

export interface ThrottleSwitchOptions {
  readonly api: KubeApi;
  /** The ValidatingWebhookConfiguration that carries the label. */
  readonly configuration: string;
  readonly log: Log;
  readonly pause: Pause;
  readonly random: () => number;
}

/** Tells whether anything may be refused, at once and whenever that changes, until the signal fires. */
export type ThrottleSwitch = (onChange: (allowed: boolean) => void, signal: AbortSignal) => void;

/**
 * `kubechurn.dev/throttle=off` on our own registration stops every throttle: it reaches all replicas over a watch, and
 * outlives them. Before the label is known, and while it may not be read, nothing is refused.
 */
export function watchThrottleSwitch({ api, configuration, log, ...rest }: ThrottleSwitchOptions): ThrottleSwitch {
  return (onChange, signal) => {
    let told = '';
    let found = false;
    const tell = (allowed: boolean, why: string): void => {
      if (why === told) return;
      told = why;
      log(allowed ? 'info' : 'warn', allowed ? 'throttle allowed' : 'throttle stopped', { why });
      onChange(allowed);
    };
    const read = (object: WatchedObject): void => {
      found = true;
      const isOff = labelOf(object) === 'off';
      tell(!isOff, `${throttleLabel} on ${configuration} is ${isOff ? 'off' : 'not off'}`);
    };
    tell(false, 'the label is not known yet');
    signal.addEventListener('abort', () => void api.close());
    void listWatch({
      ...{ api, path, fieldSelector: `metadata.name=${configuration}`, metadataOnly: true, signal, ...rest },
      sink: {
        onListing: () => void (found = false),
        onListed: read,
        onListEnd: () => {
          if (!found) tell(false, `${configuration} is not there`);
        },
        onChange(type, object) {
          if (type === 'DELETED') tell(false, `${configuration} is gone`);
          else read(object);
        },
        onReached: () => undefined,
        onState(state) {
          // While the API server is away nobody is asked whether to refuse, so what was known stays.
          if (state.name === 'forbidden') tell(false, state.why);
        },
      },
    });
  };
}

/** The metadata of an object that came without kind and apiVersion. */
function labelOf({ json, typed }: WatchedObject): string | undefined {
  const text = new TextDecoder().decode(json);
  const { metadata } = asObject(parseJson(typed ? text : `{${text}`));
  return asText(asObject(asObject(metadata)['labels'])[throttleLabel]);
}
