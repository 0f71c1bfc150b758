import { readCbor } from './cbor.ts';
import { clear, type Draft, type Identity } from './identify/identity.ts';
import { createInterned } from './identify/interned.ts';
import { createJsonReader, fillFrom } from './identify/json.ts';
import { createProtobufReader } from './identify/protobuf.ts';
import { encodingOf } from './stored-value.ts';

/** Tells of any number of values what they are about and who wrote them, as `decodeObject` would but without decoding. */
export interface Identifier {
  /**
   * @param prefix of the value's key, as `parseKey` gives it
   * @returns the same object each time, valid until the next call. Never throws: what cannot be read is `unknown`.
   */
  identify(buffer: Uint8Array, start: number, size: number, prefix: string): Identity;
}

export function createIdentifier(): Identifier {
  const interned = createInterned();
  const readProtobuf = createProtobufReader(interned);
  const readJson = createJsonReader(interned);
  const draft: Draft = {
    encoding: 'unknown',
    about: undefined,
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
        else if (draft.encoding === 'cbor') fillFrom(draft, readCbor(buffer.subarray(start, end)), interned);
      } catch {
        clear(draft, 'unknown');
      }
      return draft;
    },
  };
}
