import { createIdentifier, type Identifier } from '../../../src/objects/identify.ts';
import type { Identity } from '../../../src/objects/identify/identity.ts';
import { referenceOf } from '../../../src/objects/identify/references.ts';
import type { ObjectRef } from '../../../src/model/resource.ts';
import { createKeyTable } from '../../../src/tally/key-table.ts';

export type Identified = Omit<Identity, 'about'> & { readonly about: ObjectRef | undefined };

/** An identifier that spells out whom a value is about. */
export function createSpelledIdentifier(): {
  identify(...value: Parameters<Identifier['identify']>): Identified;
} {
  const table = createKeyTable(1);
  const identifier = createIdentifier(table);
  return {
    identify(...value) {
      const { about, ...rest } = identifier.identify(...value);
      return { ...rest, about: about === 0 ? undefined : referenceOf(table.bytesOf(about - 1)) };
    },
  };
}
