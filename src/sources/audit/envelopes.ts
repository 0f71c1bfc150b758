import type { Json, JsonObject } from '../../model/json.ts';
import { asList, isObject, parseJson } from '../../objects/json-text.ts';
import type { AuditEvent } from './audit-fields.ts';
import { cloudPayload, cloudRequest } from './cloud-audit.ts';
import { isAuditEvent, parseEvent } from './parse-event.ts';

/**
 * Where managed clusters and log shippers put an event, as text or as an object: CloudWatch (`message`, `@message`), AKS's
 * diagnostics (`properties.log`), Log Analytics (`log_s`), container logs and Loki (`log`, `line`), Splunk (`_raw`).
 */
const wrappers = [
  'message',
  '@message',
  'log',
  'log_s',
  'line',
  '_raw',
  'properties',
  'result',
  'jsonPayload',
] as const;
/** And several of them: `aws logs`, subscription filters, Event Hubs, an EventList of the audit webhook. */
const lists = ['events', 'logEvents', 'records', 'Records', 'items', 'value'] as const;
export const listNames: ReadonlySet<string> = new Set<string>(lists);

/** Deeper than any envelope. */
const deepest = 5;

/** Every audit event within a line or document, whatever it is wrapped in. */
export function eventsIn(text: string): AuditEvent[] {
  const start = text.indexOf('{');
  if (start === -1) return [];
  // `aws logs tail`, CRI and syslog put words before it.
  const value = parseJson(text) ?? parseJson(text.slice(start));
  return value === undefined ? [] : eventsOf(value, 0);
}

function eventsOf(value: Json, depth: number): AuditEvent[] {
  if (depth > deepest) return [];
  if (typeof value === 'string') return value.includes('{') ? ofText(value, depth) : [];
  if (Array.isArray(value)) return asList(value).flatMap((item) => eventsOf(item, depth + 1));
  if (!isObject(value)) return [];
  if (isAuditEvent(value)) return [parseEvent(value)];
  const payload = cloudPayload(value);
  if (payload) return [cloudRequest(value, payload)];
  return [...partsOf(value)].flatMap((part) => eventsOf(part, depth + 1));
}

function ofText(text: string, depth: number): AuditEvent[] {
  const inner = parseJson(text);
  return inner === undefined || typeof inner === 'string' ? [] : eventsOf(inner, depth + 1);
}

function* partsOf(envelope: JsonObject): Generator<Json> {
  for (const name of wrappers) {
    const inner = envelope[name];
    if (typeof inner === 'string' || isObject(inner)) yield inner;
  }
  for (const name of lists) yield* asList(envelope[name]);
}
