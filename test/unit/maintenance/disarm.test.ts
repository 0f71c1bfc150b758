import { describe, expect, it } from '@jest/globals';
import { etcdErrors } from '../../../src/etcd/errors.ts';
import { refusals } from '../../../src/etcd/refusals.ts';
import { disarm } from '../../../src/maintenance/steps/disarm.ts';
import { cluster } from './cluster.ts';
import { alarmsAnswer, standIn, type Answer } from './stand-in.ts';

const url = 'http://a:2379';
const armed = cluster({}, ['NOSPACE b', 'NOSPACE c']);

/** As etcd does it, but for what fails first. */
function lifting(failures: readonly Answer[] = []) {
  let { alarms } = armed;
  const failing = [...failures];
  return standIn(
    () => armed,
    (call) => {
      const failure = failing.shift();
      if (failure) return failure;
      if (call === 'Alarm NOSPACE') alarms = alarms.slice(1);
      return alarmsAnswer({ alarms });
    },
  );
}

describe('disarming', () => {
  it.each([
    ['that a member already shows', ['NOSPACE b', 'CORRUPT c'], ['NOSPACE b']],
    ['that only the list of alarms holds yet', ['NOSPACE b'], ['NOSPACE b', 'CORRUPT c']],
    ['of a kind that nobody knows', ['NOSPACE b'], ['NOSPACE b', 'ALARM9 c']],
  ])('is refused beside an alarm %s', async (_, seen, listed) => {
    const { ports, calls } = standIn(
      () => cluster({}, seen),
      () => alarmsAnswer(cluster({}, listed)),
    );
    expect(await disarm(cluster({}, seen), 0, ports)).toMatchObject({
      result: 'refused',
      why: expect.stringMatching(/^NOSPACE stays armed, because (CORRUPT|ALARM 9) of c is too/),
    });
    expect(calls).not.toContain('Alarm NOSPACE');
  });

  it('lifts NOSPACE of each member it is armed for, and says so', async () => {
    const { ports, calls } = lifting();
    expect(await disarm(armed, 0, ports)).toEqual({
      result: 'done',
      why: 'NOSPACE of b and c is disarmed; none is left',
    });
    expect(calls).toEqual(['Alarm', 'Alarm NOSPACE', 'Alarm NOSPACE', 'Alarm']);
  });

  it.each([
    ['a leader is elected', etcdErrors.noLeader(url)],
    ['an answer does not come in time', refusals.timedOut(url, 'disarming NOSPACE')],
    ['too much is in flight', refusals.busy(url)],
  ])('is tried again while %s', async (_, failure) => {
    const { ports } = lifting([undefined, failure, undefined, failure]);
    expect(await disarm(armed, 0, ports)).toMatchObject({ result: 'done' });
  });

  it('is given up some seconds later, and at once where it is not permitted', async () => {
    const never = lifting(Array.from({ length: 1_000 }, () => etcdErrors.noLeader(url)));
    await expect(disarm(armed, 0, never.ports)).rejects.toMatchObject({ code: 'ETCD_NO_LEADER' });
    expect(never.waited()).toBe(10_000);
    const denied = lifting([etcdErrors.denied(url, 'the list of alarms')]);
    await expect(disarm(armed, 0, denied.ports)).rejects.toMatchObject({ code: 'ETCD_PERMISSION_DENIED' });
    expect(denied.calls).toHaveLength(1);
  });
});
