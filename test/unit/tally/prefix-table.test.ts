import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { parseKey } from '../../../src/objects/keys.ts';
import { createKeyTable } from '../../../src/tally/key-table.ts';
import { createPrefixTable, prefixFinder } from '../../../src/tally/prefix-table.ts';

const segment = fc.constantFrom(
  ...[
    'registry',
    'kubernetes.io',
    'openshift.io',
    'vcluster',
    'mappings',
    'services',
    'specs',
    'endpoints',
    'pods',
    'events',
  ],
  ...[
    'apps.example.com',
    'widgets',
    'minions',
    'v1',
    'compact_rev_key',
    'deployments',
    'oauth',
    '',
    'é',
    'team-a',
    'web',
  ],
);
const key = fc.oneof(
  fc.array(segment, { minLength: 1, maxLength: 7 }).map((segments) => segments.join('/')),
  fc.array(segment, { minLength: 1, maxLength: 7 }).map((segments) => `/${segments.join('/')}`),
  fc.array(segment, { maxLength: 4 }).map((segments) => `/registry/${segments.join('/')}`),
  fc.string({ unit: fc.constantFrom('/', 'a', '.', '\0') }),
);

describe('a table of prefixes', () => {
  it('puts each key under the prefix that the key alone is parsed to, whatever keys came before', () => {
    fc.assert(
      fc.property(fc.array(key, { minLength: 1, maxLength: 40, size: 'max' }), fc.integer(), (keys, seed) => {
        const table = createPrefixTable(seed);
        for (const text of keys) {
          const bytes = Buffer.from(text, 'latin1');
          expect([text, table.names[table.intern(bytes, 0, bytes.length)]]).toEqual([text, parseKey(text).prefix]);
        }
        expect(new Set(table.names).size).toBe(table.names.length);
      }),
      { numRuns: 500, interruptAfterTimeLimit: 5_000 },
    );
  });

  it('says the same of a key by its number, though it asks but once for many directories', () => {
    fc.assert(
      fc.property(fc.array(key, { minLength: 1, maxLength: 40, size: 'max' }), fc.integer(), (texts, seed) => {
        const table = createPrefixTable(seed);
        const keys = createKeyTable(seed);
        const prefixOf = prefixFinder(keys, table);
        for (const text of texts) {
          const bytes = Buffer.from(text, 'latin1');
          const prefix = prefixOf(keys.intern(bytes, 0, bytes.length));
          expect([text, table.names[prefix]]).toEqual([text, parseKey(text).prefix]);
        }
      }),
      { numRuns: 500, interruptAfterTimeLimit: 5_000 },
    );
  });
});
