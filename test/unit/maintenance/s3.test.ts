import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compositeSha256, partSizeFor, partsOf } from '../../../src/maintenance/backup/parts.ts';
import { whyS3Failed } from '../../../src/maintenance/backup/s3-failure.ts';
import { parseS3Place } from '../../../src/maintenance/backup/s3-place.ts';

const named = (name: string, more: object = {}): object => Object.assign(new Error(''), { name, ...more });

describe('a place in S3', () => {
  it.each([
    ['s3://backups', { bucket: 'backups', prefix: '' }],
    ['s3://backups/', { bucket: 'backups', prefix: '' }],
    ['s3://my.backups-1/etcd/prod/', { bucket: 'my.backups-1', prefix: 'etcd/prod/' }],
    ['/var/backups', undefined],
    ['s3backups', undefined],
  ])('%s', (text, place) => {
    expect(parseS3Place(text)).toEqual(place);
  });

  it.each(['s3:', 's3://', 's3:///x', 's3:/backups', 's3://Backups', 's3://b/x'])('%s names no bucket', (text) => {
    expect(() => parseS3Place(text)).toThrow(/names no bucket/);
  });
});

describe('an upload in parts', () => {
  it('cuts pieces of any length into parts that together are the same bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), fc.integer({ min: 1, max: 16 }), (pieces, size) => {
        const parts = [...partsOf(pieces, size)];
        expect(Buffer.concat(parts.map(({ bytes }) => bytes))).toEqual(Buffer.concat(pieces));
        expect(parts.map(({ number }) => number)).toEqual(parts.map((_, i) => i + 1));
        expect(parts.slice(0, -1).every(({ bytes }) => bytes.length === size)).toBe(true);
      }),
    );
  });

  it('has parts large enough for 10,000 of them to hold it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5 * 2 ** 40 }), (bytes) => {
        expect(Math.ceil(bytes / partSizeFor(bytes))).toBeLessThanOrEqual(10_000);
        expect(partSizeFor(bytes)).toBeGreaterThanOrEqual(16 * 2 ** 20);
      }),
    );
  });

  it('has the checksum of its parts, which S3 documents', () => {
    const digests = ['a', 'b'].map((text) => createHash('sha256').update(text).digest());
    const whole = createHash('sha256').update(Buffer.concat(digests)).digest('base64');
    expect(compositeSha256(digests)).toBe(`${whole}-2`);
  });
});

describe('what S3 refuses', () => {
  it.each([
    [named('AccessDenied'), 'these credentials may not write there (AccessDenied)'],
    [named('Forbidden', { $metadata: { httpStatusCode: 403 } }), 'Forbidden (status 403)'],
    [named('Error', { code: 'ENOTFOUND' }), 'https://s3 does not answer (ENOTFOUND)'],
    [named('AbortError'), 'https://s3 does not answer (AbortError)'],
    [
      named('Error', { code: 'SELF_SIGNED_CERT_IN_CHAIN' }),
      'its certificate is not to be trusted: set NODE_EXTRA_CA_CERTS',
    ],
    [named('SlowDown', { message: 'Please reduce your request rate.' }), 'Please reduce your request rate'],
  ])('is said in a clause (%#)', (error, clause) => {
    expect(whyS3Failed(error, 'https://s3')).toBe(clause);
  });
});
