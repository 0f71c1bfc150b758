import type { Json, JsonObject } from '../../model/json.ts';
import { asObject, asText, isObject } from '../../objects/json-text.ts';
import { revisionOf } from '../../objects/metadata.ts';
import { noFields, requestOf, type AuditEvent } from './audit-fields.ts';

/** Whether JSON is an event of an audit log, of any version. */
export function isAuditEvent(value: Json | undefined): value is JsonObject {
  return isObject(value) && value['kind'] === 'Event' && textOf(value['apiVersion']).startsWith('audit.k8s.io/');
}

/** An audit event that was parsed as a whole: the plain way, which `read-event.ts` takes a short cut around. */
export function parseEvent(event: JsonObject): AuditEvent {
  const fields = noFields();
  fields.stage = textOf(event['stage']);
  fields.verb = textOf(event['verb']);
  fields.requestUri = textOf(event['requestURI']);
  fields.user = textOf(asObject(event['user'])['username']);
  fields.impersonated = textOf(asObject(event['impersonatedUser'])['username']);
  fields.userAgent = textOf(event['userAgent']);
  const ref = asObject(event['objectRef']);
  fields.group = textOf(ref['apiGroup']);
  fields.resource = textOf(ref['resource']);
  fields.subresource = textOf(ref['subresource']);
  const sent = asObject(asObject(event['requestObject'])['metadata']);
  const answered = asObject(asObject(event['responseObject'])['metadata']);
  fields.namespace = textOf(ref['namespace']);
  fields.name = textOf(ref['name']) || textOf(answered['name']);
  fields.uid = textOf(ref['uid']) || textOf(answered['uid']);
  fields.basedOn = revisionOf(ref['resourceVersion']) || revisionOf(sent['resourceVersion']);
  fields.became = revisionOf(answered['resourceVersion']);
  const { code, reason } = asObject(event['responseStatus']);
  fields.code = typeof code === 'number' ? code : 0;
  fields.reason = textOf(reason);
  fields.at = timeOf(event['requestReceivedTimestamp']);
  fields.answeredAt = timeOf(event['stageTimestamp']);
  return requestOf(fields);
}

function textOf(value: Json | undefined): string {
  return asText(value) ?? '';
}

/** 0 for what is no moment. */
export function timeOf(value: Json | undefined): number {
  const at = Date.parse(textOf(value));
  return Number.isFinite(at) ? at : 0;
}
