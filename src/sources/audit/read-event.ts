import { JsonCursor } from '../../objects/identify/json-cursor.ts';
import { createTexts } from '../../objects/identify/texts.ts';
import { parseJson } from '../../objects/json-text.ts';
import { revisionOf } from '../../objects/metadata.ts';
import { MalformedValue } from '../../objects/wire.ts';
import type { Span } from '../../objects/identify/references.ts';
import { isOfInterest, noFields, requestOf, type AuditEvent, type AuditFields } from './audit-fields.ts';
import { timeOf } from './parse-event.ts';

const utf8 = new TextEncoder();
const named = <Name extends string>(...names: Name[]): Record<Name, Uint8Array> =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- fromEntries forgets the names
  Object.fromEntries(names.map((name) => [name, utf8.encode(name)])) as Record<Name, Uint8Array>;

const names = named(
  ...([
    'kind',
    'apiVersion',
    'stage',
    'verb',
    'requestURI',
    'user',
    'impersonatedUser',
    'username',
    'userAgent',
  ] as const),
  ...(['objectRef', 'resource', 'namespace', 'name', 'uid', 'apiGroup', 'resourceVersion', 'subresource'] as const),
  ...(['responseStatus', 'code', 'reason', 'requestObject', 'responseObject', 'metadata'] as const),
  ...(['requestReceivedTimestamp', 'stageTimestamp'] as const),
);

const openObject = 0x7b;
const quote = 0x22;
const prefix = 'audit.k8s.io/';

/**
 * Reads audit events from lines as the API server writes them, member by member: what nobody asks for, the objects sent
 * and sent back above all, is passed over, and a read is left where its verb shows.
 * undefined for any other text, which may hold an event still: with white space, escapes, or in an envelope.
 */
export function createEventReader(): (bytes: Buffer, start: number, end: number) => AuditEvent | undefined {
  const cursor = new JsonCursor();
  const texts = createTexts();
  const sent = { name: '', uid: '', revision: 0 };
  const answered = { name: '', uid: '', revision: 0 };
  const uri: Span = { start: 0, end: 0 };

  const text = (): string => {
    if (cursor.bytes[cursor.at] === quote) return cursor.text(texts);
    cursor.skip();
    return '';
  };
  const enters = (): boolean => {
    const isObject = cursor.bytes[cursor.at] === openObject;
    if (isObject) cursor.enterObject();
    else cursor.skip();
    return isObject;
  };

  function readUser(): string {
    let user = '';
    if (!enters()) return user;
    while (cursor.nextMember()) {
      if (cursor.isNamed(names.username)) user = text();
      else cursor.skip();
    }
    return user;
  }

  function readRef(fields: AuditFields): void {
    if (!enters()) return;
    while (cursor.nextMember()) {
      if (cursor.isNamed(names.resource)) fields.resource = text();
      else if (cursor.isNamed(names.namespace)) fields.namespace = text();
      else if (cursor.isNamed(names.name)) fields.name = text();
      else if (cursor.isNamed(names.uid)) fields.uid = text();
      else if (cursor.isNamed(names.apiGroup)) fields.group = text();
      else if (cursor.isNamed(names.resourceVersion)) fields.basedOn = revisionOf(text());
      else if (cursor.isNamed(names.subresource)) fields.subresource = text();
      else cursor.skip();
    }
  }

  function readStatus(fields: AuditFields): void {
    if (!enters()) return;
    while (cursor.nextMember()) {
      if (cursor.isNamed(names.code)) fields.code = readNumber();
      else if (cursor.isNamed(names.reason)) fields.reason = text();
      else cursor.skip();
    }
  }

  function readNumber(): number {
    const { at, bytes } = cursor;
    cursor.skip();
    let number = 0;
    for (let i = at; i < cursor.at; i++) {
      const digit = bytes[i]! - 0x30;
      if (digit < 0 || digit > 9) throw new MalformedValue('number');
      number = number * 10 + digit;
    }
    return number;
  }

  /** Of an object sent or sent back nothing but its metadata matters. */
  function readMetadata(into: typeof sent): void {
    if (!enters()) return;
    while (cursor.nextMember()) {
      if (!cursor.isNamed(names.metadata)) {
        cursor.skip();
        continue;
      }
      if (!enters()) continue;
      while (cursor.nextMember()) {
        if (cursor.isNamed(names.name)) into.name = text();
        else if (cursor.isNamed(names.uid)) into.uid = text();
        else if (cursor.isNamed(names.resourceVersion)) into.revision = revisionOf(text());
        else cursor.skip();
      }
    }
  }

  /** The URI as text: it holds escapes (\u0026 for &), and is asked for only of requests of interest. */
  function readUri(): void {
    uri.start = cursor.at;
    cursor.skip();
    uri.end = cursor.at;
  }

  function readLine(bytes: Buffer, end: number): AuditEvent | undefined {
    const fields = noFields();
    let isEvent = false;
    let isAudit = false;
    uri.end = uri.start = 0;
    sent.name = sent.uid = answered.name = answered.uid = '';
    sent.revision = answered.revision = 0;
    cursor.enterObject();
    while (cursor.nextMember()) {
      if (cursor.isNamed(names.kind)) isEvent = text() === 'Event';
      else if (cursor.isNamed(names.apiVersion)) isAudit = text().startsWith(prefix);
      else if (cursor.isNamed(names.stage)) fields.stage = text();
      else if (cursor.isNamed(names.verb)) fields.verb = text();
      else if (cursor.isNamed(names.requestURI)) readUri();
      else if (cursor.isNamed(names.user)) fields.user = readUser();
      else if (cursor.isNamed(names.impersonatedUser)) fields.impersonated = readUser();
      else if (cursor.isNamed(names.userAgent)) fields.userAgent = text();
      else if (cursor.isNamed(names.objectRef)) readRef(fields);
      else if (cursor.isNamed(names.responseStatus)) readStatus(fields);
      else if (cursor.isNamed(names.requestObject)) readMetadata(sent);
      else if (cursor.isNamed(names.responseObject)) readMetadata(answered);
      else if (cursor.isNamed(names.requestReceivedTimestamp)) fields.at = timeOf(text());
      else if (cursor.isNamed(names.stageTimestamp)) fields.answeredAt = timeOf(text());
      else cursor.skip();
      if (isEvent && isAudit && !isOfInterest(fields)) return 'other';
    }
    if (cursor.at !== end) throw new MalformedValue('text behind the event');
    if (!isEvent || !isAudit) return undefined;
    fields.name ||= answered.name;
    fields.uid ||= answered.uid;
    fields.basedOn ||= sent.revision;
    fields.became = answered.revision;
    if (uri.end > 0) fields.requestUri = uriText(bytes, uri);
    return requestOf(fields);
  }

  return (bytes, start, end) => {
    const stop = bytes[end - 1] === 0x0d ? end - 1 : end;
    try {
      cursor.set(bytes, start, stop);
      return readLine(bytes, stop);
    } catch (error) {
      if (error instanceof MalformedValue) return undefined;
      throw error;
    }
  };
}

function uriText(bytes: Buffer, { start, end }: Span): string {
  const uri = parseJson(bytes.toString('utf8', start, end));
  return typeof uri === 'string' ? uri : '';
}
