import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../src/model/json.ts';
import { decodeObject } from '../../../src/objects/decode.ts';
import { encodeObject } from '../../incidents/encode.ts';

const password = Buffer.from('correct horse').toString('base64');
const applied = 'kubectl.kubernetes.io/last-applied-configuration';

function secret(data: JsonObject, rest: JsonObject = {}): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's', namespace: 'a', annotations: { [applied]: `{"data":"${password}"}`, note: 'kept' } },
    data,
    type: 'Opaque',
    ...rest,
  };
}

const decoded = (object: JsonObject, salt?: string) =>
  decodeObject(encodeObject(object), '/registry/secrets/a/s', salt);

describe('a Secret', () => {
  it('shows names, type and other annotations, but no value', () => {
    const { body, annotations } = decoded(secret({ password }), 'salt');
    expect(body).toMatchObject({ type: 'Opaque', data: { password: expect.stringMatching(/^redacted:[0-9a-f]{8}$/) } });
    expect(annotations).toEqual({ [applied]: expect.stringMatching(/^redacted:/), note: 'kept' });
    expect(JSON.stringify({ body, annotations })).not.toContain(password);
  });

  it('shows that a value changed, under one salt, and not what it is under another', () => {
    const hash = (value: string, salt: string) =>
      JSON.stringify(decoded(secret({ password: value }), salt).body['data']);
    expect(hash(password, 'one')).toBe(hash(password, 'one'));
    expect(hash(password, 'one')).not.toBe(hash('AAAA', 'one'));
    expect(hash(password, 'one')).not.toBe(hash(password, 'two'));
  });

  it('shows not even a hash without a salt', () => {
    expect(decoded(secret({ password })).body['data']).toEqual({ password: 'redacted' });
  });

  it('in JSON hides stringData and whatever else a later version may hold', () => {
    const value = new TextEncoder().encode(
      JSON.stringify(secret({ password: 5 }, { stringData: { a: password }, more: [password] })),
    );
    expect(JSON.stringify(decodeObject(value, '/registry/secrets/a/s', 'salt'))).not.toContain(password);
  });

  it('is known by its key when a flipped bit hides its kind', () => {
    const value = encodeObject(secret({ password }));
    value.set(new TextEncoder().encode('Tecret'), Buffer.from(value).indexOf('Secret'));
    expect(JSON.stringify(decodeObject(value, '/registry/secrets/a/s', 'salt'))).not.toContain('correct horse');
    expect(JSON.stringify(decodeObject(value, '/registry/secrets/a/s', 'salt'))).not.toContain(password);
  });
});

describe('a pod a vCluster synced', () => {
  it('shows no service account token', () => {
    const token = 'eyJhbGciOiJSUzI1NiJ9.e30.x';
    const pod: JsonObject = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'p',
        annotations: { 'vcluster.loft.sh/token-abc': token, 'vcluster.loft.sh/object-name': 'p' },
      },
    };
    const { annotations, body } = decodeObject(encodeObject(pod), '/registry/pods/a/p', 'salt');
    expect(annotations).toEqual({
      'vcluster.loft.sh/token-abc': expect.stringMatching(/^redacted:/),
      'vcluster.loft.sh/object-name': 'p',
    });
    expect(JSON.stringify(body)).not.toContain(token);
  });
});
