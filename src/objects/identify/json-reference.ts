import type { JsonCursor } from './json-cursor.ts';
import type { Span } from './references.ts';
import type { Texts } from './texts.ts';

const utf8 = new TextEncoder();
const names = {
  apiVersion: utf8.encode('apiVersion'),
  controller: utf8.encode('controller'),
  kind: utf8.encode('kind'),
  name: utf8.encode('name'),
  namespace: utf8.encode('namespace'),
} as const;

/** A reference as it lies in JSON, filled anew by each `read`; empty where a field is absent. */
export interface JsonReference {
  apiVersion: string;
  kind: string;
  readonly name: Span;
  readonly namespace: Span;
  isController: boolean;
  /** Moves behind the object at hand. */
  read(): void;
  clear(): void;
}

export function createJsonReference(cursor: JsonCursor, texts: Texts): JsonReference {
  const reference: JsonReference = {
    apiVersion: '',
    kind: '',
    name: { start: 0, end: 0 },
    namespace: { start: 0, end: 0 },
    isController: false,
    clear() {
      reference.apiVersion = '';
      reference.kind = '';
      reference.name.start = reference.name.end = 0;
      reference.namespace.start = reference.namespace.end = 0;
      reference.isController = false;
    },
    read() {
      reference.clear();
      cursor.enterObject();
      while (cursor.nextMember()) {
        if (cursor.isNamed(names.apiVersion)) reference.apiVersion = cursor.text(texts);
        else if (cursor.isNamed(names.kind)) reference.kind = cursor.text(texts);
        else if (cursor.isNamed(names.name)) cursor.span(reference.name);
        else if (cursor.isNamed(names.namespace)) cursor.span(reference.namespace);
        else if (cursor.isNamed(names.controller)) reference.isController = cursor.isTrue();
        else cursor.skip();
      }
    },
  };
  return reference;
}
