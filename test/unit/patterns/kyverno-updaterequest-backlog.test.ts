import { describe, expect, it } from '@jest/globals';
import { recording, type Recording } from './recording.ts';
import { findingOf, judge } from './world.ts';

const request = (name: string) => ({
  apiVersion: 'kyverno.io/v2',
  kind: 'UpdateRequest',
  metadata: { name, namespace: 'kyverno', generation: 1 },
  spec: { policy: 'add-quota', requestType: 'generate' },
  status: { state: 'Pending' },
});
const background = { manager: 'background-controller', subresource: 'status' };

/** Requests that are tried so often, each attempt going to Failed and back. */
function retried(count: number, attempts: number): Recording {
  const record = recording();
  const all = Array.from({ length: count }, (_, i) => record.create(request(`ur-${i}`), 'kyverno'));
  for (let i = 0; i < attempts; i++) {
    for (const state of ['Failed', 'Pending']) {
      record.wait(10);
      for (const each of all) record.patch(each, background, { status: { state } });
    }
  }
  return record;
}

const found = (record: Recording) => findingOf(judge(record.writes).findings, 'kyverno-updaterequest-backlog');

describe('kyverno-updaterequest-backlog', () => {
  it('names the prefix when more than a thousand wait, and the policy they are for', () => {
    const record = recording();
    for (let i = 0; i < 1100; i++) {
      record.wait(1);
      record.create(request(`ur-${i}`), 'kyverno');
    }
    const backlog = found(record);
    expect(backlog).toMatchObject({
      subject: { type: 'prefix', name: '/registry/kyverno.io/updaterequests' },
      evidence: { liveRequests: 1100, deleted: 0, policies: 'add-quota' },
      writers: [{ name: 'kyverno' }],
    });
    expect(backlog?.remedy.steps[1]).toContain('add-quota');
  });

  it('names the prefix where request after request goes back and forth between Pending and Failed', () => {
    expect(found(retried(6, 5))).toMatchObject({ subject: { type: 'prefix' }, fields: ['/status/state'] });
  });

  it('names a single request that is retried without end', () => {
    expect(found(retried(1, 5))).toMatchObject({
      subject: { type: 'object', namespace: 'kyverno', name: 'ur-0' },
      fields: ['/status/state'],
      writers: [{ name: 'background-controller' }],
      evidence: { returns: 9 },
    });
  });

  it('stays silent on thousands of requests that are done and deleted, and on a few retries', () => {
    const record = recording();
    for (let i = 0; i < 1100; i++) {
      record.wait(1);
      const made = record.create(request(`ur-${i}`), 'kyverno');
      record.patch(made, background, { status: { state: 'Completed' } });
      record.remove(made);
    }
    expect(judge(record.writes).findings).toEqual([]);
    expect(judge(retried(4, 1).writes).findings).toEqual([]);
  });
});
