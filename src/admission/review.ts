import type { Json, JsonObject } from '../model/json.ts';
import type { ResourceKey } from '../model/resource.ts';
import type { Revision } from '../model/write.ts';
import { asObject, asText, isObject } from '../objects/json-text.ts';
import { revisionOf } from '../objects/metadata.ts';
import { storedGroup } from '../objects/stored.ts';

/** A patch comes as UPDATE, options and all; an apply that creates as CREATE. */
type Operation = 'CREATE' | 'UPDATE' | 'DELETE';

/** The request of an AdmissionReview, as an API server asks it. */
export interface Review {
  /** The API server's name for this question; its answer must repeat it. */
  readonly uid: string;
  readonly operation: Operation;
  /** As it is stored: an Event is core's whichever API it came through. */
  readonly key: ResourceKey;
  /** Of `object`: a request to `scale` carries a Scale, not what it scales. */
  readonly kind: string;
  readonly subresource: string | undefined;
  readonly user: string;
  readonly fieldManager: string | undefined;
  readonly dryRun: boolean;
  /** {} for deletions. */
  readonly object: JsonObject;
  /** {} for creations. */
  readonly oldObject: JsonObject;
}

/** Why a body is no question we can answer: one sentence. */
export interface NoReview {
  readonly refused: string;
}

/** The revision of the object that a request is based on; 0 where there is none. */
export function basedOnOf({ oldObject }: Review): Revision {
  return revisionOf(asObject(oldObject['metadata'])['resourceVersion']);
}

const operations: ReadonlySet<string> = new Set(['CREATE', 'UPDATE', 'DELETE']);

/** A body of a webhook call. Whatever it holds, it throws nothing. */
export function readReview(body: Json | undefined): Review | NoReview {
  if (!isObject(body)) return { refused: 'the body is no JSON object: send an AdmissionReview' };
  if (body['kind'] !== 'AdmissionReview') return { refused: 'the body is no AdmissionReview' };
  if (body['apiVersion'] !== 'admission.k8s.io/v1')
    return { refused: 'this webhook speaks admission.k8s.io/v1 only: set admissionReviewVersions: ["v1"]' };
  const request = asObject(body['request']);
  const uid = asText(request['uid']);
  if (uid === undefined) return { refused: 'the AdmissionReview has no request with a uid' };
  const { operation } = request;
  if (!isOperation(operation)) return { refused: 'the operation is none of CREATE, UPDATE and DELETE' };
  const asked = asObject(request['resource']);
  const resource = asText(asked['resource']);
  if (resource === undefined) return { refused: 'the AdmissionReview names no resource' };
  const object = asObject(request['object']);
  const oldObject = asObject(request['oldObject']);
  const options = asObject(request['options']);
  const namespace = asText(request['namespace']);
  return {
    uid,
    operation,
    key: {
      group: storedGroup(asText(asked['group']) ?? '', resource),
      resource,
      // A Namespace is reviewed as lying within itself.
      ...(namespace !== undefined && !(resource === 'namespaces' && asked['group'] === '') && { namespace }),
      // With generateName, and for each item of a deletecollection, only the object tells.
      name: asText(request['name']) ?? nameOf(object) ?? nameOf(oldObject) ?? '',
    },
    kind: asText(asObject(request['kind'])['kind']) ?? '',
    subresource: asText(request['subResource']),
    user: asText(asObject(request['userInfo'])['username']) ?? '',
    fieldManager: asText(options['fieldManager']),
    dryRun: request['dryRun'] === true,
    object,
    oldObject,
  };
}

function isOperation(value: Json | undefined): value is Operation {
  return typeof value === 'string' && operations.has(value);
}

function nameOf(object: JsonObject): string | undefined {
  return asText(asObject(object['metadata'])['name']);
}
