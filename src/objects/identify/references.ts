import type { ObjectRef } from '../../model/resource.ts';
import { refId } from '../../model/resource.ts';
import { builtinOfKind } from '../kinds.ts';

/** Distinct strings of bytes as numbers from 0 on, each kept once. */
export interface ByteTable {
  readonly count: number;
  intern(bytes: Uint8Array, start: number, end: number): number;
  find(bytes: Uint8Array, start: number, end: number): number | undefined;
}

/** Where a piece of text lies. Empty where it is absent. */
export interface Span {
  start: number;
  end: number;
}

/**
 * References as bytes, `group/kind/namespace/name` as in `refId`, numbered by a table: a cluster has as many as pods, and
 * an object of strings for each would cost more than all else that is kept of a key.
 */
export interface References {
  /** 1 + the number of a reference; 0 without kind or name. */
  of(ref: ObjectRef | undefined): number;
  /** As `of`, of text that lies in `bytes`. Of cluster-scoped built-ins the namespace is left away, as in references.ts. */
  ofSpans(group: string, kind: string, bytes: Uint8Array, namespace: Span, name: Span): number;
}

/** More than this are not followed: nobody reads that far, and a table must have an end. */
const maxReferences = 1_000_000;

interface Head {
  readonly bytes: Uint8Array;
  readonly namespaced: boolean;
}

const slash = 0x2f;
const utf8 = new TextEncoder();

export function createReferences(table: ByteTable): References {
  const heads = new Map<string, Map<string, Head>>();
  let buffer = new Uint8Array(1024);

  const headOf = (group: string, kind: string): Head => {
    let kinds = heads.get(group);
    if (!kinds) heads.set(group, (kinds = new Map<string, Head>()));
    let head = kinds.get(kind);
    if (head) return head;
    head = { bytes: utf8.encode(`${group}/${kind}/`), namespaced: builtinOfKind(group, kind)?.namespaced !== false };
    // Kinds are few; only garbage has so many.
    if (kinds.size < 10_000 && heads.size < 10_000) kinds.set(kind, head);
    return head;
  };

  const numberOf = (bytes: Uint8Array, end: number): number => {
    if (table.count < maxReferences) return table.intern(bytes, 0, end) + 1;
    const known = table.find(bytes, 0, end);
    return known === undefined ? 0 : known + 1;
  };

  const append = (bytes: Uint8Array, { start, end }: Span, at: number): number => {
    for (let i = start; i < end; i++) buffer[at++] = bytes[i]!;
    return at;
  };

  return {
    of(ref) {
      if (ref === undefined) return 0;
      const bytes = utf8.encode(refId(ref));
      return numberOf(bytes, bytes.length);
    },
    ofSpans(group, kind, bytes, namespace, name) {
      if (kind === '' || name.end <= name.start) return 0;
      const head = headOf(group, kind);
      const size = head.bytes.length + namespace.end - namespace.start + 1 + name.end - name.start;
      if (size > buffer.length) buffer = new Uint8Array(size * 2);
      buffer.set(head.bytes);
      let at = head.bytes.length;
      if (head.namespaced) at = append(bytes, namespace, at);
      buffer[at++] = slash;
      return numberOf(buffer, append(bytes, name, at));
    },
  };
}

const decoder = new TextDecoder();

/** The reference that was made into these bytes; its name may hold slashes. */
export function referenceOf(bytes: Uint8Array): ObjectRef {
  const [group = '', kind = '', namespace = '', ...name] = decoder.decode(bytes).split('/');
  return { group, kind, ...(namespace === '' ? {} : { namespace }), name: name.join('/') };
}
