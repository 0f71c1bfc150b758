import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { linesOf, parseFrame } from '../../../src/kube/watch-frames.ts';

const utf8 = new TextEncoder();
const text = new TextDecoder();
const metadata = { name: 'web', namespace: 'shop', uid: 'u-1', resourceVersion: '42', labels: { naïve: '☃' } };
const frameOf = (frame: object) => parseFrame(utf8.encode(JSON.stringify(frame)));

describe('a line of a watch', () => {
  it('gives a metadata-only object from its metadata on', () => {
    const frame = frameOf({
      type: 'MODIFIED',
      object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata },
    });
    expect(frame).toMatchObject({
      type: 'MODIFIED',
      object: { name: 'web', namespace: 'shop', uid: 'u-1', revision: 42, typed: false },
    });
    if (frame?.type !== 'MODIFIED') throw new Error('no change');
    expect(JSON.parse(`{${text.decode(frame.object.json)}`)).toEqual({ metadata });
  });

  it('gives a whole object as it is, in whatever order its fields come', () => {
    for (const object of [
      { kind: 'Pod', apiVersion: 'v1', metadata, spec: { a: 1 } },
      { apiVersion: 'v1', kind: 'Pod', metadata: { annotations: {}, ...metadata }, spec: { a: 1 } },
    ]) {
      const frame = frameOf({ type: 'ADDED', object });
      if (frame?.type !== 'ADDED') throw new Error('no addition');
      expect(frame.object).toMatchObject({ name: 'web', revision: 42, typed: true });
      expect(JSON.parse(text.decode(frame.object.json))).toEqual(object);
    }
  });

  it('tells bookmarks, the one that ends the list, and errors', () => {
    const bookmark = (annotations: object) =>
      frameOf({
        type: 'BOOKMARK',
        object: { kind: 'Pod', apiVersion: 'v1', metadata: { resourceVersion: '7', annotations } },
      });
    expect(bookmark({})).toEqual({ type: 'BOOKMARK', revision: 7, initialEnd: false });
    expect(bookmark({ 'k8s.io/initial-events-end': 'true' })).toMatchObject({ initialEnd: true });
    expect(frameOf({ type: 'ERROR', object: { kind: 'Status', code: 410, message: 'too old' } })).toEqual({
      ...{ type: 'ERROR', code: 410, message: 'too old' },
    });
  });

  it('is nothing where it is no frame', () => {
    for (const line of ['', '{', 'null', '{"type":"OTHER"}']) expect(parseFrame(utf8.encode(line))).toBeUndefined();
  });

  it('is whole however the stream is cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string()), fc.array(fc.nat(20)), async (lines, cuts) => {
        const clean = lines.map((line) => line.replaceAll('\n', ''));
        const stream = utf8.encode(clean.map((line) => `${line}\n`).join(''));
        async function* chunks() {
          let at = 0;
          for (const cut of cuts) yield stream.subarray(at, (at += cut));
          yield stream.subarray(at);
        }
        const found: string[] = [];
        for await (const line of linesOf(chunks())) found.push(text.decode(line));
        expect(found).toEqual(clean);
      }),
    );
  });
});
