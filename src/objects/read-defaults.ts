import type { JsonObject } from '../model/json.ts';
import { asList, asObject, isObject } from './json-text.ts';

/** What the API server adds when it reads, as the protobuf it stores leaves it out (kubernetes pkg/apis, defaults.go). */
export function withReadDefaults(body: JsonObject): JsonObject {
  if (body['kind'] === 'PersistentVolumeClaim' && body['apiVersion'] === 'v1')
    return { ...body, ...pendingClaim(body) };
  if (body['kind'] === 'StatefulSet') return { ...body, spec: withTypedClaims(asObject(body['spec'])) };
  return body;
}

function pendingClaim(claim: JsonObject): JsonObject {
  return { status: { phase: 'Pending', ...asObject(claim['status']) } };
}

function withTypedClaims(spec: JsonObject): JsonObject {
  const templates = asList(spec['volumeClaimTemplates']).filter(isObject);
  if (templates.length === 0) return spec;
  const typed = templates.map((template) => ({
    kind: 'PersistentVolumeClaim',
    apiVersion: 'v1',
    ...template,
    ...pendingClaim(template),
  }));
  return { ...spec, volumeClaimTemplates: typed };
}
