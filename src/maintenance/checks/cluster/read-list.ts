import { isApiFailure, type KubeApi } from '../../../kube/api.ts';
import type { Json, JsonObject } from '../../../model/json.ts';
import { asList, asObject, asText } from '../../../objects/json-text.ts';
import type { Known } from './seen.ts';

const pageSize = 500;

/** All items of a list, in pages; why not where it is not allowed or not there. */
export async function readList(api: KubeApi, path: string, selector = ''): Promise<Known<readonly JsonObject[]>> {
  return known(async () => {
    const items: Json[] = [];
    for (let token: string | undefined = ''; token !== undefined;) {
      const query = new URLSearchParams({
        limit: String(pageSize),
        ...(selector !== '' && { labelSelector: selector }),
        ...(token !== '' && { continue: token }),
      });
      const list = await api.call(`${path}?${query.toString()}`);
      items.push(...asList(list['items']));
      token = asText(asObject(list['metadata'])['continue']);
    }
    return items.map(asObject);
  });
}

/** What the API server refuses is not known, and why not; anything else is thrown. */
export async function known<Value>(read: () => Promise<Value>): Promise<Known<Value>> {
  try {
    return { known: await read() };
  } catch (error) {
    if (isApiFailure(error)) return { why: error.message };
    throw error;
  }
}

export function mapKnown<From, To>(from: Known<From>, change: (value: From) => To): Known<To> {
  return 'known' in from ? { known: change(from.known) } : from;
}
