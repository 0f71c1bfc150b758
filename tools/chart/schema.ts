import type { Json } from '../../src/model/json.ts';
import type { Value } from './value.ts';

type Schema = { readonly [keyword: string]: Json };

/** A strict JSON Schema for these values: what is not in the table is refused. */
export function schemaOf(values: readonly Value[], required: readonly string[] = []): Schema {
  const heads = Map.groupBy(values, ({ path }) => path.split('.')[0] ?? path);
  const properties = [...heads].map(([head, those]): [string, Json] => {
    const [only] = those;
    if (only?.path === head) return [head, { ...only.schema, description: only.doc }];
    return [head, schemaOf(those.map((each) => ({ ...each, path: each.path.slice(head.length + 1) })))];
  });
  return {
    type: 'object',
    additionalProperties: false,
    ...(required.length > 0 && { required }),
    properties: Object.fromEntries(properties),
  };
}
