import { isApiFailure, type KubeApi } from '../../kube/api.ts';
import { newestRevision } from '../../kube/newest-revision.ts';
import type { Millis } from '../../model/write.ts';
import type { ChangeCounter } from './count-changes.ts';

export interface Beginning {
  readonly api: KubeApi;
  readonly counter: Pick<ChangeCounter, 'isReady' | 'begin'>;
  /** How many resources are known of. */
  readonly resources: () => number;
  readonly signal: AbortSignal;
  readonly now: () => Millis;
}

/** A first list that takes longer, from when it is known what there is, is not waited for. */
const patience = 60_000;

/** To be called now and then: lets what was listed be counted, beside where the etcd is by then. */
export function createBeginning({ api, counter, resources, signal, now }: Beginning): () => Promise<void> {
  let until: Millis | undefined;
  return async () => {
    if (resources() > 0) until ??= now() + patience;
    if (!counter.isReady(until === undefined || now() < until)) return;
    try {
      counter.begin(await newestRevision(api, signal));
    } catch (error) {
      // Asked again the next time.
      if (!isApiFailure(error)) throw error;
    }
  };
}
