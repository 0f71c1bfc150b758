type Schema = { readonly [key: string]: unknown };

/** One that kubeconform finds by its name, and that stands alone. */
export type KindSchema = { readonly file: string; readonly schema: Schema };

/** How {@link KindSchema.file} is called, in kubeconform's words. */
export const schemaLocation = '{{.Group}}_{{.ResourceAPIVersion}}_{{.ResourceKind}}.json';

export function schemaFile(group: string, version: string, kind: string): string {
  // Of the core kinds, which have no group, kubeconform takes the version for one.
  return `${group || version}_${version}_${kind.toLowerCase()}.json`;
}

/** What an API server publishes of its kinds (/openapi/v2), each as a strict JSON schema: no field that it does not name. */
export function schemasOf(openapi: unknown): KindSchema[] {
  const { definitions } = openapi as { definitions: Readonly<Record<string, Schema>> };
  const strictOnes = Object.fromEntries(Object.entries(definitions).map(([name, schema]) => [name, strict(name, schema)]));
  return Object.entries(definitions).flatMap(([name, schema]) => {
    const kinds = (schema['x-kubernetes-group-version-kind'] ?? []) as { group: string; version: string; kind: string }[];
    return kinds.map(({ group, version, kind }) => ({
      file: schemaFile(group, version, kind),
      schema: { $ref: `#/definitions/${name}`, definitions: reachedFrom(name, strictOnes) },
    }));
  });
}

function strict(name: string, schema: Schema): Schema {
  // The API's own two types that JSON writes as a string or a number; OpenAPI v2 cannot say so.
  if (name.endsWith('.util.intstr.IntOrString')) return { type: ['string', 'integer'] };
  if (name.endsWith('.api.resource.Quantity')) return { type: ['string', 'number'] };
  return 'properties' in schema && !('additionalProperties' in schema) ? { ...schema, additionalProperties: false } : schema;
}

function reachedFrom(name: string, definitions: Readonly<Record<string, Schema>>): Record<string, Schema> {
  const reached = new Map<string, Schema>();
  const waiting = [name];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const schema = definitions[next];
    if (schema === undefined || reached.has(next)) continue;
    reached.set(next, schema);
    for (const [, to = ''] of JSON.stringify(schema).matchAll(/"#\/definitions\/([^"]+)"/g)) waiting.push(to);
  }
  return Object.fromEntries(reached);
}
