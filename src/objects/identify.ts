import { readCbor } from './cbor.ts';
import { clear, type Draft, type Identity } from './identify/identity.ts';
import { createJsonReader, fillFrom } from './identify/json.ts';
import { createProtobufReader } from './identify/protobuf.ts';
import { createReferences, type ByteTable } from './identify/references.ts';
import { createTexts } from './identify/texts.ts';
import { encodingOf } from './stored-value.ts';

/** Tells of any number of values what they are about and who wrote them, as `decodeObject` would but without decoding. */
export interface Identifier {
  /**
   * @param prefix of the value's key, as `parseKey` gives it
   * @returns the same object each time, valid until the next call. Never throws: what cannot be read is `unknown`.
   */
  identify(buffer: Uint8Array, start: number, size: number, prefix: string): Identity;
}

/** @param table numbers what values are about, as `referenceOf` reads it */
export function createIdentifier(table: ByteTable): Identifier {
  const references = createReferences(table);
  const texts = createTexts();
  const readProtobuf = createProtobufReader(texts, references);
  const readJson = createJsonReader(texts, references);
  const draft: Draft = {
    encoding: 'unknown',
    about: 0,
    manager: undefined,
    subresource: undefined,
    event: undefined,
    at: undefined,
  };

  return {
    identify(buffer, start, size, prefix) {
      const end = start + size;
      clear(draft, encodingOf(buffer, start, end));
      // vCluster's own records are JSON, but no objects.
      if (prefix === '/vcluster/mappings') return draft;
      try {
        if (draft.encoding === 'protobuf') readProtobuf(draft, buffer, start, end);
        else if (draft.encoding === 'json') readJson(draft, buffer, start, end);
        else if (draft.encoding === 'cbor') fillFrom(draft, readCbor(buffer.subarray(start, end)), texts, references);
      } catch {
        clear(draft, 'unknown');
      }
      return draft;
    },
  };
}
