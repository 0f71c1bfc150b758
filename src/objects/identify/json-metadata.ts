import type { Millis } from '../../model/write.ts';
import type { Draft } from './identity.ts';
import { keepNewest, later } from './identity.ts';
import type { JsonCursor } from './json-cursor.ts';
import { createJsonReference, type JsonReference } from './json-reference.ts';
import type { Span } from './references.ts';
import type { Texts } from './texts.ts';

const utf8 = new TextEncoder();
const names = {
  namespace: utf8.encode('namespace'),
  labels: utf8.encode('labels'),
  annotations: utf8.encode('annotations'),
  creationTimestamp: utf8.encode('creationTimestamp'),
  ownerReferences: utf8.encode('ownerReferences'),
  managedFields: utf8.encode('managedFields'),
  manager: utf8.encode('manager'),
  subresource: utf8.encode('subresource'),
  time: utf8.encode('time'),
} as const;

/** By these Kyverno says what a report judges (about.ts). */
const judgedNames = {
  gvr: utf8.encode('audit.kyverno.io/resource.gvr'),
  group: utf8.encode('audit.kyverno.io/resource.group'),
  kind: utf8.encode('audit.kyverno.io/resource.kind'),
  name: utf8.encode('audit.kyverno.io/resource.name'),
  namespace: utf8.encode('audit.kyverno.io/resource.namespace'),
} as const;

/** What a Kyverno report judges. */
interface Judged {
  kind: string;
  readonly namespace: Span;
  readonly name: Span;
  group(): string;
}

/** What tells of an object's metadata whom it is about, filled anew by each `read`. */
export interface JsonMetadata {
  readonly namespace: Span;
  /** The controller, else the first owner. */
  readonly owner: JsonReference;
  readonly judged: Judged;
  /** Moves behind the metadata at hand; what they say of time and manager goes into the draft. */
  read(draft: Draft): void;
}

export function createJsonMetadata(cursor: JsonCursor, texts: Texts): JsonMetadata {
  const namespace: Span = { start: 0, end: 0 };
  const owners = [createJsonReference(cursor, texts), createJsonReference(cursor, texts)] as const;
  let owner: JsonReference = owners[0];
  let gvr = '';
  let group: string | undefined;
  const judged: Judged = {
    kind: '',
    namespace: { start: 0, end: 0 },
    name: { start: 0, end: 0 },
    group: () => group ?? gvr.split('.').slice(2).join('.'),
  };

  return {
    namespace,
    judged,
    get owner() {
      return owner;
    },
    read(draft) {
      namespace.start = namespace.end = 0;
      owner = owners[0];
      owner.clear();
      judged.kind = gvr = '';
      group = undefined;
      judged.namespace.start = judged.namespace.end = judged.name.start = judged.name.end = 0;
      cursor.enterObject();
      while (cursor.nextMember()) {
        if (cursor.isNamed(names.namespace)) cursor.span(namespace);
        else if (cursor.isNamed(names.creationTimestamp)) later(draft, cursor.moment());
        else if (cursor.isNamed(names.labels)) readLabels();
        else if (cursor.isNamed(names.annotations)) readAnnotations();
        else if (cursor.isNamed(names.ownerReferences)) readOwners();
        else if (cursor.isNamed(names.managedFields)) readManagers(draft);
        else cursor.skip();
      }
    },
  };

  function readLabels(): void {
    cursor.enterObject();
    while (cursor.nextMember()) {
      if (cursor.isNamed(judgedNames.gvr)) gvr = cursor.text(texts);
      else if (cursor.isNamed(judgedNames.group)) group = cursor.text(texts);
      else if (cursor.isNamed(judgedNames.kind)) judged.kind = cursor.text(texts);
      else cursor.skip();
    }
  }

  function readAnnotations(): void {
    cursor.enterObject();
    while (cursor.nextMember()) {
      if (cursor.isNamed(judgedNames.name)) cursor.span(judged.name);
      else if (cursor.isNamed(judgedNames.namespace)) cursor.span(judged.namespace);
      else cursor.skip();
    }
  }

  function readOwners(): void {
    if (!cursor.enterList()) return cursor.skip();
    for (let i = 0; cursor.nextItem(); i++) {
      const next = i === 0 ? owners[0] : owners[1];
      if (i > 0 && owner.isController) {
        cursor.skip();
        continue;
      }
      next.read();
      if (next.isController) owner = next;
    }
  }

  function readManagers(draft: Draft): void {
    let newest: Millis = -Infinity;
    if (!cursor.enterList()) return cursor.skip();
    while (cursor.nextItem()) {
      let manager = '';
      let subresource = '';
      let at: Millis | undefined;
      cursor.enterObject();
      while (cursor.nextMember()) {
        if (cursor.isNamed(names.manager)) manager = cursor.text(texts);
        else if (cursor.isNamed(names.subresource)) subresource = cursor.text(texts);
        else if (cursor.isNamed(names.time)) at = cursor.moment();
        else cursor.skip();
      }
      newest = keepNewest(draft, newest, at, manager, subresource);
    }
  }
}
