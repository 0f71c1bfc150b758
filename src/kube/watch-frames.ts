import { asObject, asText, parseJson } from '../objects/json-text.ts';
import { revisionOf } from '../objects/metadata.ts';
import type { JsonObject } from '../model/json.ts';
import type { Revision } from '../model/write.ts';

/** An object as a list or watch shows it. */
export interface WatchedObject {
  readonly namespace: string | undefined;
  readonly name: string;
  readonly uid: string;
  readonly revision: Revision;
  /**
   * Its JSON. With `typed` the whole object; else the members from `"metadata"` on with the closing brace, without kind
   * and apiVersion, which a metadata-only answer gives as its own. Valid until the next chunk is read.
   */
  readonly json: Uint8Array;
  readonly typed: boolean;
}

export type WatchFrame =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: WatchedObject }
  /** `initialEnd`: all that existed has been sent. */
  | { readonly type: 'BOOKMARK'; readonly revision: Revision; readonly initialEnd: boolean }
  | { readonly type: 'ERROR'; readonly code: number; readonly message: string };

const newline = 0x0a;

/** Cuts a stream into its lines, each once it is whole. A line may span many chunks: one object of 1 MB does. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let pieces: Uint8Array[] = [];
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      const rest = chunk.subarray(start, end);
      yield pieces.length === 0 ? rest : Buffer.concat([...pieces, rest]);
      pieces = [];
      start = end + 1;
    }
    if (start < chunk.length) pieces.push(chunk.subarray(start));
  }
}

/**
 * What Go's encoder writes of a built-in or metadata-only object before its labels, always in this order
 * (apimachinery meta/v1 ObjectMeta). What does not look like it is parsed whole.
 */
const head =
  /^\{"type":"(ADDED|MODIFIED|DELETED)","object":(\{"kind":"([A-Za-z]+)","apiVersion":"[^"\\]*",)"metadata":\{"name":"([^"\\]*)",(?:"generateName":"[^"\\]*",)?(?:"namespace":"([^"\\]*)",)?"uid":"([^"\\]*)","resourceVersion":"(\d+)"/;
/** The head of most objects is shorter: names have at most 253 characters. */
const headLength = 1024;
const beforeObject = '{"type":"","object":'.length;

/** One line of a watch; undefined for what is none. */
export function parseFrame(line: Uint8Array): WatchFrame | undefined {
  const text = Buffer.from(line.buffer, line.byteOffset, Math.min(line.length, headLength)).toString('latin1');
  const match = head.exec(text);
  if (!match) return parseWhole(line);
  const [, type = '', opening = '', kind, name = '', namespace, uid = '', revision] = match;
  if (type !== 'ADDED' && type !== 'MODIFIED' && type !== 'DELETED') return undefined;
  const typed = kind !== 'PartialObjectMetadata';
  const start = beforeObject + type.length;
  const json = line.subarray(typed ? start : start + opening.length, line.length - 1);
  return { type, object: { name, namespace, uid, revision: Number(revision), json, typed } };
}

function parseWhole(line: Uint8Array): WatchFrame | undefined {
  const { type, object } = asObject(parseJson(new TextDecoder().decode(line)));
  const body = asObject(object);
  if (type === 'ERROR') {
    const { code, message } = body;
    return { type, code: typeof code === 'number' ? code : 0, message: asText(message) ?? 'no reason given' };
  }
  if (type === 'BOOKMARK') {
    const { resourceVersion, annotations } = asObject(body['metadata']);
    const initialEnd = asObject(annotations)['k8s.io/initial-events-end'] === 'true';
    return { type, revision: Number(resourceVersion), initialEnd };
  }
  if (type !== 'ADDED' && type !== 'MODIFIED' && type !== 'DELETED') return undefined;
  return { type, object: objectFrom(body) };
}

/** An object that is at hand parsed, as those of a list are. */
export function objectFrom(body: JsonObject): WatchedObject {
  const { kind, apiVersion, ...rest } = body;
  const { name, namespace, uid, resourceVersion } = asObject(body['metadata']);
  const typed = kind !== undefined && kind !== 'PartialObjectMetadata';
  const text = JSON.stringify(typed ? { apiVersion, kind, ...rest } : rest);
  return {
    name: asText(name) ?? '',
    namespace: asText(namespace),
    uid: asText(uid) ?? '',
    revision: revisionOf(resourceVersion),
    json: new TextEncoder().encode(typed ? text : text.slice(1)),
    typed,
  };
}
