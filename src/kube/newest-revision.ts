import type { Revision } from '../model/write.ts';
import { asObject } from '../objects/json-text.ts';
import { revisionOf } from '../objects/metadata.ts';
import { metadataOnlyList } from './accept.ts';
import { isApiFailure, type KubeApi } from './api.ts';

const oneNamespace = '/api/v1/namespaces?limit=1';

/**
 * Where the etcd that keeps namespaces is now: a list without a resourceVersion is a consistent read. undefined where
 * this user may not list them; rejects where there is no answer.
 */
export async function newestRevision(api: KubeApi, signal: AbortSignal): Promise<Revision | undefined> {
  try {
    const { metadata } = await api.call(oneNamespace, { accept: metadataOnlyList, signal });
    return revisionOf(asObject(metadata)['resourceVersion']) || undefined;
  } catch (error) {
    if (isApiFailure(error) && error.status >= 400 && error.status < 500 && error.status !== 429) return undefined;
    throw error;
  }
}
