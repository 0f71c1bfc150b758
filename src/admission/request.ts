import type { JsonObject } from '../model/json.ts';
import type { Request } from '../model/request.ts';
import type { Millis } from '../model/write.ts';
import { asObject, asText } from '../objects/json-text.ts';
import { metadataDigest } from '../objects/metadata-digest.ts';
import { basedOnOf, type Review } from './review.ts';

/**
 * What a review says of who asks for what, without a word of the object itself.
 * @param answered the HTTP status we refused it with; undefined where we let it through, whatever became of it
 */
export function requestOf(review: Review, at: Millis, answered?: number): Request {
  const { key, user, fieldManager, subresource, dryRun, operation } = review;
  const before = metadataOf(review.oldObject);
  const after = metadataOf(review.object);
  const uid = asText(before['uid']) ?? asText(after['uid']);
  const basedOn = basedOnOf(review);
  return {
    at,
    answeredAt: at,
    verb: verbs[operation],
    key,
    ...(uid !== undefined && { uid }),
    ...(user !== '' && { user }),
    ...(fieldManager !== undefined && { fieldManager }),
    ...(subresource !== undefined && { subresource }),
    ...(basedOn > 0 && { basedOn }),
    outcome: answered === undefined ? 'unknown' : 'rejected',
    ...(answered !== undefined && { code: answered }),
    ...(dryRun && { dryRun }),
    ...(carriesMetadata(review) && { metadataDigest: metadataDigest(after) }),
  };
}

const verbs = { CREATE: 'create', UPDATE: 'update', DELETE: 'delete' } as const;

/** A Scale has a name and a version only, not the metadata that will be stored. */
function carriesMetadata({ operation, subresource }: Review): boolean {
  return operation !== 'DELETE' && subresource !== 'scale';
}

function metadataOf(object: JsonObject): JsonObject {
  return asObject(object['metadata']);
}
