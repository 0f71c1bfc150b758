import { createHash } from 'node:crypto';
import { asObject, asText } from '../objects/json-text.ts';
import type { Millis } from '../model/write.ts';
import type { KubeApi } from './api.ts';

export interface ReviewedToken {
  /** undefined where the API server does not know the token. */
  readonly user: string | undefined;
}

/** Answers are kept for so long: a batch a second must not become a review a second. */
const keptMs = 60_000;
const mostKept = 1_000;

/** Asks the API server whose token it is. Tokens are remembered by their hash only. Rejects with an ApiFailure. */
export function createTokenReviewer(api: KubeApi, audiences: readonly string[], now: () => Millis) {
  const known = new Map<string, ReviewedToken & { readonly until: Millis }>();
  return async (token: string): Promise<ReviewedToken> => {
    const id = createHash('sha256').update(token).digest('base64');
    const before = known.get(id);
    if (before && before.until > now()) return before;
    const { status } = await api.call('/apis/authentication.k8s.io/v1/tokenreviews', {
      method: 'POST',
      body: {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenReview',
        spec: { token, ...(audiences.length > 0 && { audiences: [...audiences] }) },
      },
      timeoutMs: 10_000,
    });
    const { authenticated, user } = asObject(status);
    const name = authenticated === true ? asText(asObject(user)['username']) : undefined;
    if (known.size >= mostKept) known.clear();
    const reviewed = { user: name, until: now() + keptMs };
    known.set(id, reviewed);
    return reviewed;
  };
}
