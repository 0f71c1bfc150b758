import { describe, expect, it } from '@jest/globals';
import { etcdErrors } from '../../../src/etcd/errors.ts';
import { refusals } from '../../../src/etcd/refusals.ts';
import { maintenanceErrors } from '../../../src/maintenance/errors.ts';
import { verify } from '../../../src/maintenance/steps/verify.ts';
import { cluster } from './cluster.ts';
import { alarmsAnswer, standIn, type Answer } from './stand-in.ts';

const url = 'http://a:2379';
const armed = cluster({}, ['NOSPACE c']);

/** The etcd answers each kind of call with these, one after the other, and then with nothing in particular. */
function answering(script: Readonly<Record<string, readonly Answer[]>>) {
  const rest = new Map(Object.entries(script).map(([call, answers]) => [call, [...answers]]));
  return (call: string): Answer => rest.get(call)?.shift();
}

describe('the proof that an etcd is back', () => {
  it('asks the quorum for alarms, not a member that has not yet heard that its own was disarmed', async () => {
    const { ports } = standIn(() => armed, answering({}));
    expect(await verify(true, ports)).toMatchObject({
      result: 'done',
      verification: { writesAccepted: true, alarms: [], watchedSeconds: 10 },
    });
  });

  it('fails where the alarm comes back while it is watched for', async () => {
    const none = alarmsAnswer(cluster());
    const { ports } = standIn(() => cluster(), answering({ Alarm: [none, none, none, alarmsAnswer(armed)] }));
    expect(await verify(true, ports)).toMatchObject({
      result: 'failed',
      why: 'armed again: NOSPACE of c',
      verification: { alarms: ['NOSPACE of c'], watchedSeconds: 3 },
    });
  });

  it('goes on watching while a leader is elected', async () => {
    const elected = etcdErrors.noLeader(url);
    const { ports } = standIn(() => cluster(), answering({ Alarm: [elected, undefined, elected, elected] }));
    expect(await verify(true, ports)).toMatchObject({ result: 'done', verification: { watchedSeconds: 10 } });
  });

  it.each([
    ['a leader is elected', etcdErrors.noLeader(url)],
    ['an answer does not come in time', refusals.timedOut(url, 'a probe write')],
  ])('writes its probe again while %s', async (_, failure) => {
    const { ports, calls } = standIn(() => cluster(), answering({ Put: [failure], DeleteRange: [failure] }));
    expect(await verify(false, ports)).toMatchObject({ result: 'done', verification: { writesAccepted: true } });
    expect(calls.filter((call) => call === 'Put')).toHaveLength(3);
  });

  it('takes a refused write for an answer', async () => {
    const { ports, calls } = standIn(() => cluster(), answering({ Put: [refusals.noSpace(url)] }));
    expect(await verify(false, ports)).toMatchObject({
      result: 'failed',
      why: expect.stringMatching(/^a probe write was refused: .* its database is full/),
    });
    expect(calls.filter((call) => call === 'Put')).toHaveLength(1);
  });

  it.each(['Put', 'Range'])('ends with the run, and does not call that an answer to a %s', async (call) => {
    const stopped = maintenanceErrors.interrupted('SIGTERM');
    const { ports } = standIn(() => cluster(), answering({ [call]: Array<Answer>(9).fill(etcdErrors.noLeader(url)) }));
    const clock = { now: () => 0, wait: () => Promise.reject(stopped) };
    await expect(verify(false, { ...ports, clock, signal: AbortSignal.abort(stopped) })).rejects.toBe(stopped);
  });

  it('is none where the cluster is not sound', async () => {
    const { ports, calls } = standIn(() => cluster({}, ['CORRUPT c']), answering({}));
    expect(await verify(true, ports)).toMatchObject({ result: 'failed', verification: null });
    expect(calls).toEqual([]);
  });
});
