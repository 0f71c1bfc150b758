import { expect, it } from '@jest/globals';
import { buildHistory } from '../../../src/history/build-history.ts';
import { refineWriters, type ReadKey } from '../../../src/history/refine-writers.ts';
import type { WriterCount } from '../../../src/model/counts.ts';
import type { Writer } from '../../../src/model/writer.ts';
import { decodeObject } from '../../../src/objects/decode.ts';

const utf8 = new TextEncoder();
const [maker, changer] = ['maker', 'changer'].map((name): Writer => ({
  name,
  kind: 'fieldManager',
  confidence: 'medium',
}));

/** Made by one and changed by the other. */
function readKey(id: number, resource: string): ReadKey {
  const key = `/registry/example.com/${resource}/a/x`;
  const object = (spec: number) =>
    decodeObject(utf8.encode(`{"apiVersion":"example.com/v1","kind":"X","metadata":{"name":"x"},"spec":${spec}}`), key);
  const changes = buildHistory([
    { key: id, revision: 1, object: object(1), writer: maker! },
    { key: id, revision: 2, object: object(2), writer: changer! },
  ]);
  return {
    count: {
      ...{
        id,
        key,
        prefix: `/registry/example.com/${resource}`,
        resource: { group: 'example.com', resource, name: 'x' },
      },
      ...{ writes: 2, creates: 1, deletes: 0, bytes: 100, maxBytes: 50, live: true },
      ...{ firstRevision: 1, lastRevision: 2, about: undefined, writer: maker },
    },
    changes,
  };
}

it('moves the writes of others over to them, in whatever order the threads met the keys', () => {
  const counted: WriterCount[] = [
    {
      writer: maker!,
      writes: 4,
      creates: 2,
      deletes: 0,
      bytes: 200,

      resources: ['as.example.com', 'bs.example.com'],
      error: 2,
    },
  ];
  const read = [readKey(1, 'as'), readKey(2, 'bs')];
  const refined = refineWriters(counted, read);
  expect(refined).toMatchObject([
    { writer: changer, writes: 2, resources: ['as.example.com', 'bs.example.com'] },
    { writer: maker, writes: 2, error: 0 },
  ]);
  expect(refineWriters(counted, read.toReversed())).toEqual(refined);
});
