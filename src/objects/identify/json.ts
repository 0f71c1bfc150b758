import { Buffer } from 'node:buffer';
import type { Json, JsonObject } from '../../model/json.ts';
import type { Millis } from '../../model/write.ts';
import { aboutOf, isEvent, isPolicyReport } from '../about.ts';
import { asList, asObject, asText, isObject, parseJson } from '../json-text.ts';
import { millisOf } from '../metadata.ts';
import { groupOf } from '../references.ts';
import { text } from '../wire.ts';
import type { Draft } from './identity.ts';
import type { Interned } from './interned.ts';
import { findMembers, type Members } from './json-members.ts';

/** Fills a draft from a value in JSON, of which only `metadata` is parsed where kind and metadata come first. */
export function createJsonReader(
  interned: Interned,
): (draft: Draft, bytes: Uint8Array, start: number, end: number) => void {
  let view: Buffer = Buffer.alloc(0);
  const members: Members = { apiVersion: [0, 0], kind: [0, 0], metadata: [0, 0], scope: [0, 0] };

  return (draft, bytes, start, end) => {
    if (view.buffer !== bytes.buffer || view.byteOffset !== bytes.byteOffset || view.length !== bytes.length)
      view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    const found = findMembers(bytes, start, end, members);
    const group = groupOf(textOf(bytes, members.apiVersion));
    const kind = textOf(bytes, members.kind);
    if (!found || isEvent(group, kind)) return fillFrom(draft, parseJson(text(bytes, start, end)), interned);
    // Names, labels and managers are ASCII by validation, and only those are read: no need for UTF-8.
    const metadata = parseJson(view.toString('latin1', members.metadata[0], members.metadata[1])) ?? null;
    const body = { metadata };
    fill(draft, group, kind, body, interned);
    if (draft.about === undefined && isPolicyReport(group, kind) && findMembers(bytes, start, end, members, 'scope'))
      fill(draft, group, kind, { ...body, scope: parseJson(text(bytes, ...members.scope)) ?? null }, interned);
  };

  /** The text between the quotes. */
  function textOf(bytes: Uint8Array, [start, end]: readonly [number, number]): string {
    return end - start < 2 ? '' : interned.text(bytes, start + 1, end - 1);
  }
}

/** Fills a draft from a whole object. */
export function fillFrom(draft: Draft, body: Json | undefined, interned: Interned): void {
  if (!isObject(body)) return void (draft.encoding = 'unknown');
  fill(draft, groupOf(asText(body['apiVersion']) ?? ''), asText(body['kind']) ?? '', body, interned);
}

function fill(draft: Draft, group: string, kind: string, body: JsonObject, interned: Interned): void {
  const metadata = asObject(body['metadata']);
  let newest: Millis = -Infinity;
  for (const entry of asList(metadata['managedFields'])) {
    const { manager, subresource, time } = asObject(entry);
    const at = millisOf(time) ?? (newest === -Infinity ? 0 : -Infinity);
    if (at < newest) continue;
    newest = at;
    draft.manager = asText(manager);
    draft.subresource = asText(subresource);
  }
  const about = aboutOf(group, kind, body);
  const moments = [metadata['creationTimestamp'], asObject(body['spec'])['renewTime']].map(millisOf);
  if (newest > 0) moments.push(newest);
  draft.about = interned.ref(about);
  if (isEvent(group, kind)) moments.push(...fillEvent(draft, body, about?.kind ?? '', interned));
  const latest = Math.max(...moments.filter((at) => at !== undefined));
  draft.at = latest === -Infinity ? undefined : latest;
}

function fillEvent(draft: Draft, body: JsonObject, kind: string, interned: Interned): (Millis | undefined)[] {
  const source = asObject(body['source'] ?? body['deprecatedSource']);
  const reporter =
    asText(body['reportingComponent']) ?? asText(body['reportingController']) ?? asText(source['component']);
  draft.manager = reporter ?? draft.manager;
  draft.subresource = undefined;
  draft.event = interned.reported(draft.manager ?? '', asText(body['reason']) ?? '', kind);
  const last = body['lastTimestamp'] ?? body['deprecatedLastTimestamp'];
  return [last, body['eventTime'], asObject(body['series'])['lastObservedTime']].map(millisOf);
}
