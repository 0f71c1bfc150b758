import schema from './schema.json' with { type: 'json' };

/**
 * What the API shows for a field that is absent or zero: `~` nothing, `!` the zero value, `?` nothing but a stored zero is
 * shown (a Go pointer), `^` null.
 */
export type Mode = (typeof modes)[number];
const modes = ['~', '!', '?', '^'] as const;

/** One letter of schema.json's shapes (tools/object-schema/types.go lists them). */
export type Scalar = (typeof scalars)[number];
const scalars = ['s', 'y', 'b', 'i', 'd', 't', 'T', 'q', 'I', 'R', 'F', 'D', 'L'] as const;

export type Shape =
  | { readonly is: 'scalar'; readonly scalar: Scalar }
  | { readonly is: 'message'; readonly type: string }
  | { readonly is: 'list'; readonly of: Shape }
  | { readonly is: 'map'; readonly of: Shape };

export interface Field {
  readonly number: number;
  readonly mode: Mode;
  /** "" for a message whose fields the API shows as its parent's. */
  readonly name: string;
  readonly shape: Shape;
}

export interface MessageType {
  /** Sparse, by field number. */
  readonly byNumber: readonly (Field | undefined)[];
  readonly fields: readonly Field[];
  /** Those the API shows even when they were not stored. */
  readonly required: readonly Field[];
}

const kinds: Readonly<Record<string, string>> = schema.kinds;
const types: Readonly<Record<string, string>> = schema.types;
const parsed = new Map<string, MessageType>();

/** Rows `plural kind scope group` of every built-in resource. */
export const builtinRows: readonly string[] = schema.resources;

/** For lists of objects, by field name: the fields that may tell items apart (Kubernetes' patch merge keys). */
export const mergeKeys: Readonly<Record<string, string>> = schema.mergeKeys;

/** apiVersion/kind of every built-in that is stored as protobuf: `apps/v1/Deployment`. */
export const storedKinds: readonly string[] = Object.keys(kinds);

/** The message that holds a built-in kind (`apps/v1`, `Deployment`), or undefined for one not known. */
export function messageOfKind(apiVersion: string, kind: string): MessageType | undefined {
  const id = `${apiVersion}/${kind}`;
  return Object.hasOwn(kinds, id) ? messageType(kinds[id]!) : undefined;
}

/** Parsed on first use: few of the 600 types occur in one cluster. */
export function messageType(name: string): MessageType {
  const known = parsed.get(name);
  if (known) return known;
  const text = types[name];
  if (text === undefined) throw new Error(`schema.json has no type ${name}`);
  const fields = text === '' ? [] : text.split(',').map(parseField);
  const byNumber: (Field | undefined)[] = [];
  for (const field of fields) byNumber[field.number] = field;
  const type = { byNumber, fields, required: fields.filter(({ mode }) => mode === '!' || mode === '^') };
  parsed.set(name, type);
  return type;
}

function parseField(text: string): Field {
  const [, number, sign, name, shape] = /^(\d+)(.)([^:]*):(.+)$/.exec(text) ?? [];
  const mode = modes.find((one) => one === sign);
  if (number === undefined || mode === undefined || name === undefined || shape === undefined) throw unreadable(text);
  return { number: Number(number), mode, name, shape: parseShape(shape) };
}

function parseShape(text: string): Shape {
  const rest = text.slice(1);
  if (text[0] === '*') return { is: 'list', of: parseShape(rest) };
  if (text[0] === '%') return { is: 'map', of: parseShape(rest) };
  if (text[0] === '.') return { is: 'message', type: rest };
  const scalar = scalars.find((one) => one === text);
  if (scalar === undefined) throw unreadable(text);
  return { is: 'scalar', scalar };
}

function unreadable(text: string): Error {
  return new Error(`schema.json: no field reads ${text}`);
}
