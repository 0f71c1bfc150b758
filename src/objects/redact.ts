import { createHmac } from 'node:crypto';
import type { Json, JsonObject } from '../model/json.ts';
import { asObject, isObject } from './json-text.ts';
import { put, type MutableObject } from './put.ts';

/** What a Secret shows besides its values. */
const openFields = new Set(['apiVersion', 'kind', 'metadata', 'type', 'immutable']);

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';
/** A vCluster puts service account tokens valid for years into annotations of synced pods. */
const vclusterToken = 'vcluster.loft.sh/token-';

/**
 * The object with every secret value replaced by `redacted:<8 hex>`, so that it still shows whether a value changed.
 * Without a salt all are `redacted`: an unsalted hash of a short password can be guessed.
 */
export function redact(body: JsonObject, isSecret: boolean, salt: string | undefined): JsonObject {
  const metadata = redactMetadata(body['metadata'], isSecret, salt);
  if (!isSecret) return metadata === body['metadata'] ? body : { ...body, metadata: metadata! };
  const out: MutableObject = {};
  for (const [name, value] of Object.entries(body)) {
    if (name === 'metadata') put(out, name, metadata!);
    else put(out, name, openFields.has(name) ? value : redactValue(value, salt));
  }
  return out;
}

/** `data` and `stringData` by key; anything else, a field of a later Kubernetes included, as a whole. */
function redactValue(value: Json, salt: string | undefined): Json {
  if (!isObject(value)) return value === null ? null : mask(value, salt);
  const out: MutableObject = {};
  for (const [name, item] of Object.entries(value)) put(out, name, mask(item, salt));
  return out;
}

/** Returns what it was given where nothing is to be hidden. */
function redactMetadata(metadata: Json | undefined, isSecret: boolean, salt: string | undefined): Json | undefined {
  if (!isObject(metadata)) return metadata;
  const annotations = asObject(metadata['annotations']);
  const hidden = Object.keys(annotations).filter(
    (name) => name.startsWith(vclusterToken) || (isSecret && name === lastApplied),
  );
  if (hidden.length === 0) return metadata;
  const open: MutableObject = {};
  for (const [name, value] of Object.entries(annotations))
    put(open, name, hidden.includes(name) ? mask(value, salt) : value);
  return { ...metadata, annotations: open };
}

function mask(value: Json, salt: string | undefined): string {
  if (salt === undefined) return 'redacted';
  const plain = typeof value === 'string' ? value : JSON.stringify(value);
  return `redacted:${createHmac('sha256', salt).update(plain).digest('hex').slice(0, 8)}`;
}
