import { readReview, type Review } from '../../../src/admission/review.ts';
import type { Json, JsonObject } from '../../../src/model/json.ts';

/** The body of a call, as an API server sends it. */
export function body(request: JsonObject, apiVersion = 'admission.k8s.io/v1'): Json {
  return {
    apiVersion,
    kind: 'AdmissionReview',
    request: {
      uid: 'call-1',
      kind: { group: '', version: 'v1', kind: 'ConfigMap' },
      resource: { group: '', version: 'v1', resource: 'configmaps' },
      namespace: 'shop',
      name: 'settings',
      operation: 'UPDATE',
      userInfo: { username: 'alice' },
      options: { kind: 'UpdateOptions', fieldManager: 'editor' },
      ...request,
    },
  };
}

export function review(request: JsonObject): Review {
  const read = readReview(body(request));
  if ('refused' in read) throw new Error(read.refused);
  return read;
}

/** An update of one object's data. */
export function update(before: JsonObject, after: JsonObject, user = 'alice', more: JsonObject = {}): Review {
  const object = (data: JsonObject): JsonObject => ({
    metadata: { name: 'settings', namespace: 'shop', uid: 'u-1', resourceVersion: '7', ...more },
    data,
  });
  return review({ oldObject: object(before), object: object(after), userInfo: { username: user } });
}
