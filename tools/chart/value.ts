import type { Command } from 'commander';
import type { Json } from '../../src/model/json.ts';

/** One setting of the chart. From these come values.yaml, values.schema.json and the tables of the documentation. */
export interface Value {
  /** `webhook.tls.mode`; for what every target has, the name within the target. */
  readonly path: string;
  /** JSON Schema of what may be given. */
  readonly schema: Readonly<Record<string, Json>>;
  /** Absent: nothing is passed on, and what the program does by itself holds. */
  readonly default?: Json;
  /** What the program then does. */
  readonly programDefault?: Json;
  readonly doc: string;
}

/** A flag of the program that a value is passed on to: its words and its default are taken from there. */
export function flagOf(command: Command, flag: string): { readonly doc: string; readonly default?: Json } {
  const option = command.options.find(({ long }) => long === flag);
  if (!option)
    throw new Error(`kubechurn ${command.name()} has no ${flag}: the chart's table of values is out of date`);
  const given: unknown = option.defaultValue;
  const doc = `${option.description} (\`${flag}\`)`;
  return isPlain(given) ? { doc, default: given } : { doc };
}

function isPlain(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

export const text = { type: 'string' } as const;
export const filled = { type: 'string', minLength: 1 } as const;
export const flag = { type: 'boolean' } as const;
export const count = { type: 'integer', minimum: 0 } as const;
export const port = { type: 'integer', minimum: 1, maximum: 65_535 } as const;
export const texts = { type: 'array', items: filled } as const;
/** Kubernetes' own: the API server says what may be in it. */
export const object = { type: 'object' } as const;
export const objects = { type: 'array', items: object } as const;
export const labels = { type: 'object', additionalProperties: text } as const;
export const oneOf = (...words: readonly string[]) => ({ type: 'string', enum: words });
export const like = (pattern: string, orEmpty = false) => ({
  type: 'string',
  pattern: orEmpty ? `^$|${pattern}` : pattern,
});
export const duration = like('^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$');
/** RFC 1123. */
export const dnsLabel = like('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$');
/** A number too: YAML takes the quotes off. */
export const bytes = { anyOf: [count, like('^[0-9]+(\\.[0-9]+)?([KMGT]i?)?B?$')] } as const;
export const quantity = like('^[0-9]+(\\.[0-9]+)?([KMGT]i?|m)?$');
