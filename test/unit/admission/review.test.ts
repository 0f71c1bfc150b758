import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readReview } from '../../../src/admission/review.ts';
import { requestOf } from '../../../src/admission/request.ts';
import type { Json } from '../../../src/model/json.ts';
import { body, review } from './review-of.ts';

const object = (resourceVersion: string, labels = {}) => ({
  metadata: { name: 'settings', namespace: 'shop', uid: 'u-1', resourceVersion, labels },
});

describe('a request read from an AdmissionReview', () => {
  it('says who asks for what on which version, and nothing of the object', () => {
    const read = review({ oldObject: object('41'), object: { ...object('41'), data: { password: 'x' } } });
    expect(requestOf(read, 1_000)).toEqual({
      at: 1_000,
      answeredAt: 1_000,
      verb: 'update',
      key: { group: '', resource: 'configmaps', namespace: 'shop', name: 'settings' },
      uid: 'u-1',
      user: 'alice',
      fieldManager: 'editor',
      basedOn: 41,
      outcome: 'unknown',
      metadataDigest: expect.any(Number),
    });
  });

  it('takes the name of an item of a deletecollection from what is deleted', () => {
    const read = review({ operation: 'DELETE', name: '', object: null, oldObject: object('41') });
    expect(requestOf(read, 0)).toMatchObject({ verb: 'delete', key: { name: 'settings' }, basedOn: 41 });
    expect(requestOf(read, 0).metadataDigest).toBeUndefined();
  });

  it('files an Event of either API under the one key it is stored at', () => {
    const read = review({ resource: { group: 'events.k8s.io', version: 'v1', resource: 'events' } });
    expect(read.key).toMatchObject({ group: '', resource: 'events' });
  });

  it('does not take a Namespace for lying within itself', () => {
    const read = review({
      resource: { group: '', version: 'v1', resource: 'namespaces' },
      namespace: 'shop',
      name: 'shop',
    });
    expect(read.key).toEqual({ group: '', resource: 'namespaces', name: 'shop' });
  });

  it('has no digest of a Scale, which lacks most of the metadata', () => {
    const read = review({ subResource: 'scale', oldObject: object('41'), object: object('41') });
    expect(requestOf(read, 0)).toMatchObject({ subresource: 'scale', basedOn: 41 });
    expect(requestOf(read, 0).metadataDigest).toBeUndefined();
  });

  it('tells requests on one version apart by the metadata they would store, whatever version it carries', () => {
    const digest = (resourceVersion: string, labels: object) =>
      requestOf(review({ oldObject: object('41'), object: object(resourceVersion, labels) }), 0).metadataDigest;
    expect(digest('41', { a: '1' })).toBe(digest('42', { a: '1' }));
    expect(digest('41', { a: '1' })).not.toBe(digest('41', { a: '2' }));
  });

  it('notes a refusal as such', () => {
    expect(requestOf(review({}), 0, 429)).toMatchObject({ outcome: 'rejected', code: 429 });
  });
});

describe('a body that is no AdmissionReview', () => {
  it.each([
    ['of an older version', body({}, 'admission.k8s.io/v1beta1')],
    ['without a uid', body({ uid: '' })],
    ['of an operation that is not asked for', body({ operation: 'CONNECT' })],
    ['without a resource', body({ resource: {} })],
    ['of another kind', { apiVersion: 'admission.k8s.io/v1', kind: 'Pod' }],
    ['that is no object', []],
    ['that is no JSON', undefined],
  ])('is refused in one sentence: %s', (_, value) => {
    expect(readReview(value)).toEqual({ refused: expect.stringMatching(/^[^\n]{10,120}$/) });
  });

  it('throws nothing, whatever the fields hold', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), fc.jsonValue(), (after, before, options) => {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- fast-check's JSON is readonly for us
        const read = readReview(body({ object: after as Json, oldObject: before as Json, options: options as Json }));
        if (!('refused' in read)) requestOf(read, 0);
      }),
      { seed: 7 },
    );
  });
});
