/** What an API server is told: let through, or refused with an HTTP status; what the caller reads either way. */
export interface Decision {
  readonly refusal?: { readonly code: number; readonly message: string };
  readonly warnings: readonly string[];
}

export const letThrough: Decision = { warnings: [] };

/** The text of the AdmissionReview that answers a request. */
export function answerText(uid: string, { refusal, warnings }: Decision): string {
  return JSON.stringify({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: {
      uid,
      allowed: refusal === undefined,
      // No details.retryAfterSeconds: with it client-go sleeps in the calling worker, for every object it works on.
      ...(refusal && { status: { ...refusal, reason: 'TooManyRequests' } }),
      ...(warnings.length > 0 && { warnings }),
    },
  });
}
