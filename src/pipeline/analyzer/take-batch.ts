import type { Batch } from '../../model/batch.ts';
import type { Json } from '../../model/json.ts';
import type { Request, Verb } from '../../model/request.ts';
import type { Millis } from '../../model/write.ts';
import { asList, asObject, asText, isObject } from '../../objects/json-text.ts';

const verbs: readonly Verb[] = ['create', 'update', 'patch', 'delete', 'deletecollection'];

/**
 * The batch in a body; undefined where it is none. A request that is none is left out. Times become those of our clock,
 * by how long each request waited at the webhook: its clock may differ, and after we were away it sends what is long past.
 */
export function readBatch(body: Json | undefined, now: Millis): Omit<Batch, 'sentAt'> | undefined {
  if (!isObject(body)) return undefined;
  const { from, number, dropped, requests, sentAt, known } = body;
  if (typeof from !== 'string' || typeof number !== 'number' || !Array.isArray(requests)) return undefined;
  const ours = (at: Millis): Millis => now - (typeof sentAt === 'number' ? Math.max(0, sentAt - at) : 0);
  return {
    from,
    number,
    dropped: typeof dropped === 'number' && dropped > 0 ? dropped : 0,
    requests: asList(requests).flatMap((each) => {
      const request = readRequest(each);
      return request ? [{ ...request, at: ours(request.at), answeredAt: ours(request.answeredAt) }] : [];
    }),
    known: asText(known) ?? '',
  };
}

function readRequest(json: Json): Request | undefined {
  const { at, answeredAt, verb, key, outcome, dryRun } = asObject(json);
  const { group, resource, namespace, name } = asObject(key);
  const known = verbs.find((each) => each === verb);
  const stated = asText(resource);
  if (typeof at !== 'number' || known === undefined || stated === undefined) return undefined;
  return {
    at,
    answeredAt: typeof answeredAt === 'number' ? answeredAt : at,
    verb: known,
    key: {
      group: asText(group) ?? '',
      resource: stated,
      ...(typeof namespace === 'string' && namespace !== '' && { namespace }),
      name: asText(name) ?? '',
    },
    ...textsOf(json),
    ...numbersOf(json),
    outcome: outcome === 'succeeded' || outcome === 'rejected' ? outcome : 'unknown',
    ...(dryRun === true && { dryRun }),
  };
}

function textsOf(json: Json): Partial<Request> {
  const { uid, user, userAgent, fieldManager, subresource, reason } = asObject(json);
  return defined({ uid, user, userAgent, fieldManager, subresource, reason }, asText);
}

function numbersOf(json: Json): Partial<Request> {
  const { basedOn, became, code, metadataDigest } = asObject(json);
  return defined({ basedOn, became, code, metadataDigest }, (value) => (typeof value === 'number' ? value : undefined));
}

function defined<Name extends string, Value>(
  fields: Readonly<Record<Name, Json | undefined>>,
  read: (value: Json | undefined) => Value | undefined,
): Partial<Record<Name, Value>> {
  const found: Partial<Record<Name, Value>> = {};
  for (const name in fields) {
    const value = read(fields[name]);
    if (value !== undefined) found[name] = value;
  }
  return found;
}
