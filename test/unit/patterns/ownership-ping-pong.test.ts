import { describe, expect, it } from '@jest/globals';
import { widget } from './objects.ts';
import { recording, type Recording } from './recording.ts';
import { judge } from './world.ts';

const status = { status: { state: 'Ready', message: 'all is well' } };
const controller = { manager: 'gitjob', subresource: 'status' };

/** Values are set once; then they only change hands. */
function handed(times: number, seconds: number, valuesAt: (i: number) => object): Recording {
  const record = recording();
  const object = record.create(widget('gear'), 'kubectl-create');
  record.patch(object, controller, status);
  for (let i = 0; i < times; i++) {
    record.wait(seconds);
    record.own(object, i % 2 ? 'fleet-status' : 'fleet-agent', valuesAt(i) as never);
  }
  return record;
}

const findings = (record: Recording) => judge(record.writes).findings;

describe('ownership-ping-pong', () => {
  it('names the fields that change hands though nothing changes, and both writers', () => {
    const [found] = findings(handed(80, 5, (i) => (i % 4 < 2 ? status : { status: { state: 'Ready' } })));
    expect(found).toMatchObject({
      pattern: 'ownership-ping-pong',
      confidence: 'high',
      subject: { group: 'apps.example.com', resource: 'widgets', name: 'gear' },
      fields: ['/status/message', '/status/state'],
      writers: [{ name: 'fleet-agent' }, { name: 'fleet-status' }],
    });
  });

  it('names the one manager that two controllers share', () => {
    const record = recording();
    const object = record.create(widget('gear'), 'kubectl-create');
    record.patch(object, controller, status);
    for (let i = 0; i < 60; i++) {
      record.wait(5);
      record.own(object, 'fleetcontroller', { status: i % 2 ? { state: 'Ready' } : { message: 'all is well' } });
    }
    expect(findings(record)).toMatchObject([
      { confidence: 'medium', fields: ['/status/message', '/status/state'], writers: [{ name: 'fleetcontroller' }] },
    ]);
  });

  it.each<[string, Recording]>([
    ['slow changes of hands', handed(20, 40, (i) => (i % 4 < 2 ? status : { status: { state: 'Ready' } }))],
    ['a change of hands once', handed(2, 30, () => status)],
    ['applies that change nothing but the time', handed(80, 5, () => status)],
  ])('stays silent on %s', (_, record) => {
    expect(findings(record)).toEqual([]);
  });
});
