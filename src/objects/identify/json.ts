import type { Json, JsonObject } from '../../model/json.ts';
import type { ObjectRef } from '../../model/resource.ts';
import type { Millis } from '../../model/write.ts';
import { aboutOf, isEvent } from '../about.ts';
import { asList, asObject, asText, isObject, parseJson } from '../json-text.ts';
import { millisOf } from '../metadata.ts';
import { put, type MutableObject } from '../put.ts';
import { groupOf } from '../references.ts';
import { MalformedValue, text } from '../wire.ts';
import type { Draft } from './identity.ts';
import type { Interned } from './interned.ts';
import { JsonCursor } from './json-cursor.ts';

const utf8 = new TextEncoder();
const names = {
  apiVersion: utf8.encode('apiVersion'),
  kind: utf8.encode('kind'),
  metadata: utf8.encode('metadata'),
  scope: utf8.encode('scope'),
  name: utf8.encode('name'),
  namespace: utf8.encode('namespace'),
  labels: utf8.encode('labels'),
  annotations: utf8.encode('annotations'),
  creationTimestamp: utf8.encode('creationTimestamp'),
  ownerReferences: utf8.encode('ownerReferences'),
  managedFields: utf8.encode('managedFields'),
  manager: utf8.encode('manager'),
  subresource: utf8.encode('subresource'),
  time: utf8.encode('time'),
} as const;

/** Of labels and annotations only those that say what an object is about (about.ts). */
const telling = [utf8.encode('audit.kyverno.io/resource.'), utf8.encode('kubernetes.io/service-name')];

/**
 * Fills a draft from a value in JSON. Of custom resources, which are stored with sorted keys, nothing behind `metadata` is
 * looked at, and of metadata no field sets.
 */
export function createJsonReader(
  interned: Interned,
): (draft: Draft, bytes: Uint8Array, start: number, end: number) => void {
  const cursor = new JsonCursor();

  return (draft, bytes, start, end) => {
    try {
      cursor.set(bytes, start, end);
      if (readObject(draft)) return;
    } catch (error) {
      if (!(error instanceof MalformedValue)) throw error;
    }
    // An Event, which says it all outside metadata, or JSON with white space, which no API server wrote.
    fillFrom(draft, parseJson(text(bytes, start, end)), interned);
  };

  /** False where the whole object is needed. */
  function readObject(draft: Draft): boolean {
    let group: string | undefined;
    let kind: string | undefined;
    let metadata: JsonObject | undefined;
    cursor.enterObject();
    while (cursor.nextMember()) {
      if (cursor.isNamed(names.apiVersion)) group = groupOf(readText());
      else if (cursor.isNamed(names.kind)) kind = readText();
      else if (cursor.isNamed(names.metadata)) metadata = readMetadata(draft);
      else cursor.skip();
      if (group === undefined || kind === undefined || metadata === undefined) continue;
      if (isEvent(group, kind)) return false;
      draft.about = interned.ref(aboutOf(group, kind, { metadata }));
      // Policy reports without an owner name it in `scope`, behind their results.
      return draft.about !== undefined || !kind.endsWith('Report') || group.endsWith('kyverno.io');
    }
    return false;
  }

  function readMetadata(draft: Draft): JsonObject {
    const metadata: MutableObject = {};
    cursor.enterObject();
    while (cursor.nextMember()) {
      if (cursor.isNamed(names.name)) metadata['name'] = readText();
      else if (cursor.isNamed(names.namespace)) metadata['namespace'] = readText();
      else if (cursor.isNamed(names.creationTimestamp)) later(draft, millisOf(readValue()));
      else if (cursor.isNamed(names.labels)) metadata['labels'] = readTelling();
      else if (cursor.isNamed(names.annotations)) metadata['annotations'] = readTelling();
      else if (cursor.isNamed(names.ownerReferences)) metadata['ownerReferences'] = readValue();
      else if (cursor.isNamed(names.managedFields)) readManagers(draft);
      else cursor.skip();
    }
    return metadata;
  }

  function readTelling(): JsonObject {
    const found: MutableObject = {};
    cursor.enterObject();
    while (cursor.nextMember()) {
      if (!telling.some((name) => cursor.nameStartsWith(name))) cursor.skip();
      else put(found, interned.text(cursor.bytes, cursor.nameStart, cursor.nameEnd), readValue());
    }
    return found;
  }

  function readManagers(draft: Draft): void {
    let newest: Millis = -Infinity;
    if (!cursor.enterList()) return cursor.skip();
    while (cursor.nextItem()) {
      let manager = '';
      let subresource = '';
      let at: Millis | undefined;
      cursor.enterObject();
      while (cursor.nextMember()) {
        if (cursor.isNamed(names.manager)) manager = readText();
        else if (cursor.isNamed(names.subresource)) subresource = readText();
        else if (cursor.isNamed(names.time)) at = millisOf(readValue());
        else cursor.skip();
      }
      newest = keepNewest(draft, newest, at, manager, subresource);
    }
  }

  /** Text without escapes is taken as it lies there. */
  function readText(): string {
    return asText(readValue()) ?? '';
  }

  function readValue(): Json {
    const { bytes, at: start } = cursor;
    cursor.skip();
    if (bytes[start] !== 0x22) return parsed(start);
    for (let i = start; i < cursor.at; i++) if (bytes[i] === 0x5c) return parsed(start);
    return interned.text(bytes, start + 1, cursor.at - 1);
  }

  function parsed(start: number): Json {
    const value = parseJson(text(cursor.bytes, start, cursor.at));
    if (value === undefined) throw new MalformedValue('JSON');
    return value;
  }
}

/** Fills a draft from a whole object. */
export function fillFrom(draft: Draft, body: Json | undefined, interned: Interned): void {
  if (!isObject(body)) return void (draft.encoding = 'unknown');
  draft.at = undefined;
  draft.manager = undefined;
  draft.subresource = undefined;
  const group = groupOf(asText(body['apiVersion']) ?? '');
  const kind = asText(body['kind']) ?? '';
  const metadata = asObject(body['metadata']);
  let newest: Millis = -Infinity;
  for (const entry of asList(metadata['managedFields'])) {
    const { manager, subresource, time } = asObject(entry);
    newest = keepNewest(draft, newest, millisOf(time), asText(manager) ?? '', asText(subresource) ?? '');
  }
  later(draft, millisOf(metadata['creationTimestamp']));
  later(draft, millisOf(asObject(body['spec'])['renewTime']));
  const about = aboutOf(group, kind, body);
  draft.about = interned.ref(about);
  if (isEvent(group, kind)) fillEvent(draft, body, about, interned);
}

function fillEvent(draft: Draft, body: JsonObject, about: ObjectRef | undefined, interned: Interned): void {
  const source = asObject(body['source'] ?? body['deprecatedSource']);
  const reporter =
    asText(body['reportingComponent']) ?? asText(body['reportingController']) ?? asText(source['component']);
  draft.manager = reporter ?? draft.manager;
  draft.subresource = undefined;
  draft.event = interned.reported(draft.manager ?? '', asText(body['reason']) ?? '', about?.kind ?? '');
  for (const name of ['lastTimestamp', 'deprecatedLastTimestamp', 'eventTime']) later(draft, millisOf(body[name]));
  later(draft, millisOf(asObject(body['series'])['lastObservedTime']));
}

/** Of several entries in one second the last: the API server sorts them by time. An entry without a time only counts alone. */
function keepNewest(
  draft: Draft,
  newest: Millis,
  time: Millis | undefined,
  manager: string,
  subresource: string,
): Millis {
  const at = time ?? (newest === -Infinity ? 0 : -Infinity);
  if (at < newest) return newest;
  draft.manager = manager || undefined;
  draft.subresource = subresource || undefined;
  if (time !== undefined) later(draft, time);
  return at;
}

function later(draft: Draft, at: Millis | undefined): void {
  if (at !== undefined && at > (draft.at ?? -Infinity)) draft.at = at;
}
