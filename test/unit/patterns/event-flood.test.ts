import { describe, expect, it } from '@jest/globals';
import { rfc3339 } from '../../incidents/managed-fields.ts';
import type { Named } from '../../incidents/registry.ts';
import { deployment, pod } from './objects.ts';
import { recording, type Recording } from './recording.ts';
import { findingOf, judge } from './world.ts';

interface Told {
  readonly reporter: string;
  readonly reason: string;
  readonly about: Named;
}

let numbers = 0;
function event(record: Recording, { reporter, reason, about }: Told): void {
  const {
    apiVersion,
    kind,
    metadata: { name, namespace = 'default', uid },
  } = about;
  const at = rfc3339(record.now());
  record.create(
    {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `${name}.${++numbers}`, namespace },
      involvedObject: { apiVersion, kind, name, namespace, uid },
      reason,
      source: { component: reporter },
      reportingComponent: reporter,
      firstTimestamp: at,
      lastTimestamp: at,
      count: 1,
      type: 'Warning',
    },
    reporter,
  );
}

/** Two Events a second about one object after the other. */
function told(
  seconds: number,
  reporter: string,
  reason: string,
  objects: (record: Recording) => readonly Named[],
): Recording {
  const record = recording();
  const all = objects(record);
  for (let i = 0; i < seconds * 2; i++) {
    record.wait(0.5);
    const about = all[i % all.length];
    if (about) event(record, { reporter, reason, about });
  }
  return record;
}

const one = (record: Recording) => [record.create(deployment('web'), 'helm')];
const many = (record: Recording) =>
  Array.from({ length: 40 }, (_, i) => record.create(pod(`p-${i}`), 'kubectl-create'));

describe('event-flood', () => {
  it('names the object that most of the Events are about', () => {
    const found = findingOf(judge(told(240, 'broken-operator', 'SyncFailed', one).writes).findings, 'event-flood');
    expect(found).toMatchObject({
      subject: { type: 'object', group: 'apps', resource: 'deployments', name: 'web' },
      writers: [{ name: 'broken-operator', writes: 480 }],
      evidence: { reason: 'SyncFailed', events: 480, namespaces: 1 },
      consequences: [],
    });
  });

  it('names the reporter where no object stands out', () => {
    const found = findingOf(judge(told(240, 'broken-operator', 'SyncFailed', many).writes).findings, 'event-flood');
    expect(found?.subject).toEqual({ type: 'writer', name: 'broken-operator' });
  });

  it('tells Kyverno to omit its Events where it writes no reports', () => {
    const found = findingOf(
      judge(told(240, 'kyverno-admission', 'PolicyViolation', many).writes).findings,
      'event-flood',
    );
    expect(found?.remedy.steps[0]).toContain('--omitEvents=PolicyViolation');
  });

  it.each<[string, Recording]>([
    ['the announcements of a life cycle', told(240, 'kubelet', 'Started', many)],
    ['a burst', told(60, 'broken-operator', 'SyncFailed', many)],
  ])('stays silent on %s', (_, record) => {
    expect(judge(record.writes).findings).toEqual([]);
  });
});
