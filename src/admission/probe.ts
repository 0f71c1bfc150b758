import { asObject, asText } from '../objects/json-text.ts';
import { printable } from '../words/printable.ts';
import type { Review } from './review.ts';

/** On an object that is created as a dry run: whoever asks this way is told that the webhook was called. */
export const probeAnnotation = 'kubechurn.dev/check';

/** What `kubechurn check` looks for among the warnings; undefined for every real write. */
export function probeWarning({ dryRun, operation, object }: Review): string | undefined {
  if (!dryRun || operation !== 'CREATE') return undefined;
  const asked = asText(asObject(asObject(object['metadata'])['annotations'])[probeAnnotation]);
  return asked === undefined ? undefined : probeAnswer(asked);
}

/** @param asked the annotation's value, of which the beginning comes back */
export function probeAnswer(asked: string): string {
  return `kubechurn: the webhook was called (${printable(asked).slice(0, 40)})`;
}
