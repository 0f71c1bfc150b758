import type { Json, JsonObject } from '../../model/json.ts';
import { asObject, asText, isObject } from '../../objects/json-text.ts';
import { revisionOf } from '../../objects/metadata.ts';
import { noFields, requestOf, type AuditEvent } from './audit-fields.ts';
import { timeOf } from './parse-event.ts';

/** A status of gRPC as the HTTP status it stands for (google/rpc/code.proto). */
const httpOf: Readonly<Record<number, number>> = {
  0: 200,
  3: 422,
  5: 404,
  6: 409,
  7: 403,
  8: 429,
  9: 400,
  10: 409,
  13: 500,
  14: 503,
  16: 401,
};

/** The payload of a LogEntry that GKE makes of each request, or undefined. */
export function cloudPayload(entry: JsonObject): JsonObject | undefined {
  const payload = entry['protoPayload'];
  return isObject(payload) && payload['serviceName'] === 'k8s.io' ? payload : undefined;
}

/** A request in GKE's words: `methodName` io.k8s.apps.v1.deployments.patch, `resourceName` apps/v1/namespaces/a/deployments/b. */
export function cloudRequest(entry: JsonObject, payload: JsonObject): AuditEvent {
  const fields = noFields();
  fields.stage = 'ResponseComplete';
  fields.verb = (asText(payload['methodName']) ?? '').split('.').at(-1) ?? '';
  place(fields, asText(payload['resourceName']) ?? '');
  fields.user = asText(asObject(payload['authenticationInfo'])['principalEmail']) ?? '';
  fields.userAgent = asText(asObject(payload['requestMetadata'])['callerSuppliedUserAgent']) ?? '';
  const response = asObject(payload['response']);
  fields.code = codeOf(payload, response);
  const answered = asObject(response['metadata']);
  fields.name ||= asText(answered['name']) ?? '';
  fields.uid = asText(answered['uid']) ?? '';
  fields.basedOn = revisionOf(asObject(asObject(payload['request'])['metadata'])['resourceVersion']);
  fields.became = revisionOf(answered['resourceVersion']);
  fields.at = timeOf(entry['timestamp']);
  fields.answeredAt = fields.at;
  return requestOf(fields);
}

function place(fields: ReturnType<typeof noFields>, resourceName: string): void {
  const [group = '', , ...path] = resourceName.split('/');
  fields.group = group === 'core' ? '' : group;
  if (path[0] === 'namespaces' && path.length > 2 && path[2] !== 'finalize' && path[2] !== 'status') {
    fields.namespace = path[1] ?? '';
    path.splice(0, 2);
  }
  [fields.resource = '', fields.name = '', fields.subresource = ''] = path;
}

/** gRPC's code stands in `status`; where the API server's own answer was logged, it has the HTTP status. */
function codeOf(payload: JsonObject, response: JsonObject): number {
  const own = numberOf(response['code']);
  const { code } = asObject(payload['status']);
  const grpc = numberOf(code);
  return own >= 100 ? own : (httpOf[grpc] ?? 500);
}

function numberOf(value: Json | undefined): number {
  return typeof value === 'number' ? value : 0;
}
