import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { eventsIn } from '../../../../src/sources/audit/envelopes.ts';
import { parseEvent } from '../../../../src/sources/audit/parse-event.ts';
import { createEventReader } from '../../../../src/sources/audit/read-event.ts';
import { auditEvent, auditLine } from './audit-lines.ts';

const readEvent = createEventReader();
const read = (line: string) => {
  const bytes = Buffer.from(line);
  return readEvent(bytes, 0, bytes.length);
};

describe('the short cut through an audit event', () => {
  it('reads what parsing all of it reads, or leaves it to that', () => {
    fc.assert(
      fc.property(auditEvent, (event) => {
        const short = read(JSON.stringify(event));
        expect(short ?? parseEvent(event)).toEqual(parseEvent(event));
      }),
      { numRuns: 600 },
    );
  });

  it('reads events of plain ASCII without parsing them', () => {
    expect(read(auditLine())).toEqual({
      at: Date.parse('2026-03-01T10:00:00.250Z'),
      answeredAt: Date.parse('2026-03-01T10:00:00.500Z'),
      verb: 'update',
      key: { group: '', resource: 'configmaps', namespace: 'shop', name: 'queue' },
      uid: 'c0ffee',
      user: 'system:serviceaccount:shop:worker',
      userAgent: 'worker/v1.2 (linux/amd64)',
      fieldManager: 'worker',
      basedOn: 41,
      outcome: 'succeeded',
      code: 200,
    });
  });

  it('never reads more out of damaged lines than parsing does, and never fails', () => {
    const damaged = fc.tuple(auditEvent, fc.nat(), fc.nat(255), fc.boolean()).map(([event, at, byte, cut]) => {
      const bytes = Buffer.from(JSON.stringify(event));
      const place = at % bytes.length;
      if (cut) return bytes.subarray(0, place);
      bytes[place] = byte;
      return bytes;
    });
    fc.assert(
      fc.property(damaged, (bytes) => {
        const event = readEvent(bytes, 0, bytes.length);
        // A read is told by its verb, before the damage perhaps; what asks for a change is read to its end.
        if (event !== undefined && event !== 'other') expect(bytes.at(-1)).toBe(0x7d);
      }),
      { numRuns: 600 },
    );
  });

  it('takes the revision from the object sent back, and the version an update is based on from the one sent', () => {
    const metadata = { name: 'queue-x7k2p', uid: 'beef', resourceVersion: '77', managedFields: [{ manager: 'x' }] };
    const line = auditLine({
      level: 'RequestResponse',
      objectRef: { resource: 'configmaps', namespace: 'shop' },
      requestObject: { kind: 'ConfigMap', metadata: { generateName: 'queue-', resourceVersion: '76' } },
      responseObject: { kind: 'ConfigMap', metadata, data: { password: 'never read' } },
    });
    expect(read(line)).toMatchObject({ key: { name: 'queue-x7k2p' }, uid: 'beef', basedOn: 76, became: 77 });
  });

  it.each([
    ['a read', { verb: 'get' }],
    ['an earlier stage', { stage: 'RequestReceived' }],
    [
      'a token, which is not stored',
      { verb: 'create', objectRef: { resource: 'serviceaccounts', name: 'x', subresource: 'token' } },
    ],
    [
      'a question',
      { verb: 'create', objectRef: { resource: 'subjectaccessreviews', apiGroup: 'authorization.k8s.io' } },
    ],
    ['no resource at all', { verb: 'create', objectRef: {} }],
  ])('passes over %s', (_, overrides) => {
    expect(read(auditLine(overrides))).toBe('other');
  });

  it('shows who a request was made as, and what came of it', () => {
    const conflict = { metadata: {}, status: 'Failure', reason: 'Conflict', code: 409 };
    const line = auditLine({ impersonatedUser: { username: 'jane' }, responseStatus: conflict });
    expect(read(line)).toMatchObject({ user: 'jane', outcome: 'rejected', code: 409, reason: 'Conflict' });
    expect(read(auditLine({ stage: 'Panic' }))).toMatchObject({ outcome: 'unknown' });
    expect(read(auditLine({ requestURI: '/api/v1/x?dryRun=All\u0026fieldManager=a%2Fb' }))).toMatchObject({
      dryRun: true,
      fieldManager: 'a/b',
    });
  });

  it('names Events by the keys they are stored under, whichever API they came through', () => {
    const line = auditLine({ verb: 'create', objectRef: { resource: 'events', apiGroup: 'events.k8s.io', name: 'x' } });
    expect(read(line)).toMatchObject({ key: { group: '', resource: 'events' } });
  });

  it('leaves what is no audit event alone', () => {
    const others = [
      '{"kind":"Event","apiVersion":"v1","metadata":{"name":"pod.17"}}',
      '{}',
      '[1]',
      'plain text',
      '{"a":',
    ];
    for (const line of others) expect([line, read(line) ?? eventsIn(line)]).toEqual([line, []]);
  });
});
