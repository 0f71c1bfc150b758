import type { Json, JsonObject } from '../../model/json.ts';
import type { Millis } from '../../model/write.ts';
import { aboutOf, isEvent, isIntermediateReport, isPolicyReport } from '../about.ts';
import { asList, asObject, asText, isObject, parseJson } from '../json-text.ts';
import { millisOf } from '../metadata.ts';
import { groupOf, namedReference } from '../references.ts';
import { MalformedValue, text } from '../wire.ts';
import { keepNewest, later, type Draft } from './identity.ts';
import { JsonCursor } from './json-cursor.ts';
import { createJsonMetadata } from './json-metadata.ts';
import { createJsonReference } from './json-reference.ts';
import type { References } from './references.ts';
import type { Texts } from './texts.ts';

const utf8 = new TextEncoder();
const names = {
  apiVersion: utf8.encode('apiVersion'),
  kind: utf8.encode('kind'),
  metadata: utf8.encode('metadata'),
  scope: utf8.encode('scope'),
} as const;

/** Kinds whose rules need more than metadata. They are stored as protobuf, but an API server can be told otherwise. */
const readWhole: ReadonlySet<string> = new Set(['Event', 'Endpoints', 'EndpointSlice', 'Lease']);

/**
 * Fills a draft from a value in JSON. Of custom resources, which are stored with sorted keys, nothing behind `metadata` is
 * looked at, and of metadata no field sets.
 */
export function createJsonReader(
  texts: Texts,
  references: References,
): (draft: Draft, bytes: Uint8Array, start: number, end: number) => void {
  const cursor = new JsonCursor();
  const metadata = createJsonMetadata(cursor, texts);
  const scope = createJsonReference(cursor, texts);

  return (draft, bytes, start, end) => {
    try {
      cursor.set(bytes, start, end);
      if (readObject(draft)) return;
    } catch (error) {
      if (!(error instanceof MalformedValue)) throw error;
    }
    // Escapes, or JSON with white space, which no API server wrote.
    fillFrom(draft, parseJson(text(bytes, start, end)), texts, references);
  };

  /** False where the whole object is needed. */
  function readObject(draft: Draft): boolean {
    let group: string | undefined;
    let kind: string | undefined;
    let seen = false;
    let wantsScope = false;
    cursor.enterObject();
    while (cursor.nextMember()) {
      if (cursor.isNamed(names.apiVersion)) group = groupOf(cursor.text(texts));
      else if (cursor.isNamed(names.kind)) kind = cursor.text(texts);
      else if (cursor.isNamed(names.metadata)) {
        metadata.read(draft);
        seen = true;
      } else if (wantsScope && cursor.isNamed(names.scope)) {
        draft.about = aboutScope();
        return true;
      } else cursor.skip();
      if (wantsScope || group === undefined || kind === undefined || !seen) continue;
      if (readWhole.has(kind)) return false;
      draft.about = aboutMetadata(group, kind);
      wantsScope = draft.about === 0 && isPolicyReport(group, kind);
      if (!wantsScope) return true;
    }
    return wantsScope;
  }

  /** The rules of `aboutOf`, on bytes. */
  function aboutMetadata(group: string, kind: string): number {
    const { namespace, owner, judged } = metadata;
    if (isIntermediateReport(group, kind)) {
      const about = references.ofSpans(judged.group(), judged.kind, cursor.bytes, judged.namespace, judged.name);
      if (about > 0) return about;
    }
    return references.ofSpans(groupOf(owner.apiVersion), owner.kind, cursor.bytes, namespace, owner.name);
  }

  function aboutScope(): number {
    scope.read();
    return references.ofSpans(groupOf(scope.apiVersion), scope.kind, cursor.bytes, scope.namespace, scope.name);
  }
}

/** Fills a draft from a whole object. */
export function fillFrom(draft: Draft, body: Json | undefined, texts: Texts, references: References): void {
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
  draft.about = references.of(aboutOf(group, kind, body));
  if (isEvent(group, kind)) fillEvent(draft, body, texts);
}

function fillEvent(draft: Draft, body: JsonObject, texts: Texts): void {
  const involved = namedReference(body['involvedObject'] ?? body['regarding']);
  const source = asObject(body['source'] ?? body['deprecatedSource']);
  const reporter =
    asText(body['reportingComponent']) ?? asText(body['reportingController']) ?? asText(source['component']);
  draft.manager = reporter ?? draft.manager;
  draft.subresource = undefined;
  draft.event = texts.reported(draft.manager ?? '', asText(body['reason']) ?? '', involved?.kind ?? '');
  for (const name of ['lastTimestamp', 'deprecatedLastTimestamp', 'eventTime']) later(draft, millisOf(body[name]));
  later(draft, millisOf(asObject(body['series'])['lastObservedTime']));
}
