import { describe, expect, it } from '@jest/globals';
import { disarm } from '../../../src/maintenance/steps/disarm.ts';
import { cluster } from './cluster.ts';
import { alarmsAnswer, standIn } from './stand-in.ts';

describe('disarming', () => {
  it.each([
    ['that a member already shows', ['NOSPACE b', 'CORRUPT c'], ['NOSPACE b']],
    ['that only the list of alarms holds yet', ['NOSPACE b'], ['NOSPACE b', 'CORRUPT c']],
    ['of a kind that nobody knows', ['NOSPACE b'], ['NOSPACE b', 'ALARM9 c']],
  ])('is refused beside an alarm %s', async (_, seen, listed) => {
    const { ports, calls } = standIn(
      () => cluster({}, seen),
      () => alarmsAnswer(cluster({}, listed).alarms),
    );
    expect(await disarm(cluster({}, seen), 0, ports)).toMatchObject({
      result: 'refused',
      why: expect.stringMatching(/^NOSPACE stays armed, because (CORRUPT|ALARM 9) of c is too/),
    });
    expect(calls).not.toContain('Alarm NOSPACE');
  });

  it('lifts NOSPACE of each member it is armed for, and says so', async () => {
    let armed = cluster({}, ['NOSPACE b', 'NOSPACE c']).alarms;
    const { ports, calls } = standIn(
      () => cluster(),
      (call) => {
        if (call === 'Alarm NOSPACE') armed = armed.slice(1);
        return alarmsAnswer(armed);
      },
    );
    expect(await disarm(cluster({}, ['NOSPACE b', 'NOSPACE c']), 0, ports)).toEqual({
      result: 'done',
      why: 'NOSPACE of b and c is disarmed; none is left',
    });
    expect(calls).toEqual(['Alarm', 'Alarm NOSPACE', 'Alarm NOSPACE', 'Alarm']);
  });
});
