import { describe, expect, it } from '@jest/globals';
import { etcdErrors } from '../../../src/etcd/errors.ts';
import { watchMaintenance } from '../../../src/pipeline/maintain/watch.ts';
import type { MaintenanceRecord } from '../../../src/report/maintenance/schema.ts';

/** What a look finds: within budget, over it, with NOSPACE armed, in a state that is refused, or nobody who answers. */
type Found = 'within' | 'over' | 'full' | 'refused' | 'away';
/** How a run ends; `locked` by another one, `partial` writable but not below the budget, `rearmed` while it watched. */
type Ending = 'done' | 'failed' | 'locked' | 'partial' | 'rearmed';

/** A watch of so many minutes that looks every one of them. */
async function watched(minutes: number, finds: (minute: number) => Found, endings: readonly Ending[] = []) {
  let minute = 0;
  const rest = [...endings];
  const printed: string[] = [];
  const complaints: string[] = [];
  const looks: string[] = [];
  const acts: number[] = [];
  const code = await watchMaintenance({
    everyMs: 60_000,
    looked: (record) => looks.push(record?.outcome ?? 'away'),
    signal: new AbortController().signal,
    complain: (sentence) => complaints.push(sentence),
    print: async ({ outcome }) => void printed.push(outcome),
    async look() {
      const found = finds(minute);
      if (found === 'away') throw etcdErrors.refused('http://127.0.0.1:2379');
      return looked(found, minute);
    },
    async run() {
      acts.push(minute);
      return ended(rest.shift() ?? 'failed');
    },
    clock: {
      now: () => minute * 60_000,
      async wait(milliseconds) {
        minute += milliseconds / 60_000;
        if (minute >= minutes) throw new Error('aborted');
      },
    },
  });
  expect(looks).toHaveLength(minutes);
  return { code, printed, complaints, looks, acts };
}

function looked(found: Exclude<Found, 'away'>, minute: number): MaintenanceRecord {
  const due = step('compact', 'planned');
  const disarm = step('disarm', 'planned');
  return {
    within: recordOf('nothing-to-do', `within budget: the largest file has ${minute} MB`),
    over: recordOf('planned', `its file of ${minute} GB is above the budget`, [due]),
    full: recordOf('planned', 'NOSPACE is armed', [due, disarm]),
    refused: recordOf('refused', 'this etcd has one voter'),
  }[found];
}

function ended(ending: Ending): MaintenanceRecord {
  const steps = [step('compact', 'done')];
  const verification = {
    writesAccepted: true,
    readable: true,
    alarms: [],
    watchedSeconds: 60,
    hashes: 'not compared',
  } as const;
  const rearmed = { ...verification, alarms: ['NOSPACE of member-1'] };
  return {
    done: recordOf('done', 'every member is small again', steps, verification),
    failed: recordOf('failed', 'a member does not answer', steps),
    locked: recordOf('refused', 'another maintenance holds the lock', [step('lock', 'refused')]),
    partial: recordOf('partial', 'still above the budget', steps, verification),
    rearmed: recordOf('failed', 'armed again', steps, rearmed),
  }[ending];
}

type Step = MaintenanceRecord['steps'][number];

function step(name: Step['step'], result: Step['result']): Step {
  const started = result === 'planned' ? null : '2026-03-10T12:00:00Z';
  return { step: name, result, started, seconds: 0, why: '' };
}

function recordOf(
  outcome: MaintenanceRecord['outcome'],
  why: string,
  steps: readonly Step[] = [],
  verification: MaintenanceRecord['verification'] = null,
): MaintenanceRecord {
  return { outcome, why, steps, verification } as MaintenanceRecord;
}

describe('maintain --watch', () => {
  it('looks every so often, acts when something is due, and prints what is news', async () => {
    expect(await watched(5, (minute) => (minute === 2 ? 'over' : 'within'), ['done'])).toEqual({
      code: 0,
      acts: [2],
      printed: ['nothing-to-do', 'done', 'nothing-to-do'],
      complaints: [],
      looks: ['nothing-to-do', 'nothing-to-do', 'done', 'nothing-to-do', 'nothing-to-do'],
    });
  });

  it('goes on looking after a run that acted and did not end well, and acts again after ten minutes, doubled each time', async () => {
    const { acts, printed, looks } = await watched(200, () => 'over');
    expect(acts).toEqual([0, 10, 30, 70, 150]);
    expect(printed).toEqual(acts.map(() => 'failed'));
    expect(looks.slice(0, 3)).toEqual(['failed', 'planned', 'planned']);
  });

  it('puts off no longer than six hours', async () => {
    const { acts } = await watched(2_000, () => 'over');
    expect(acts.slice(-2)).toEqual([1_350, 1_710]);
  });

  it('has nothing put off after a run that ended well, or once nothing was due any more', async () => {
    expect((await watched(14, () => 'over', ['failed', 'done', 'failed'])).acts).toEqual([0, 10, 11]);
    const within = await watched(14, (minute) => (minute === 3 ? 'within' : 'over'));
    expect(within.acts).toEqual([0, 4]);
  });

  it('acts at once when NOSPACE comes meanwhile, and then puts off again', async () => {
    const { acts } = await watched(130, (minute) => (minute < 33 ? 'over' : 'full'));
    expect(acts).toEqual([0, 10, 30, 33, 113]);
  });

  it('puts off what it could not clear of a NOSPACE, but not one that comes back later', async () => {
    expect((await watched(12, () => 'full')).acts).toEqual([0, 10]);
    expect((await watched(12, () => 'full', ['rearmed'])).acts).toEqual([0, 10]);
    const back = await watched(12, (minute) => (minute < 1 || minute > 4 ? 'full' : 'over'), ['partial']);
    expect(back.acts).toEqual([0, 5]);
    expect((await watched(22, () => 'full', ['partial'])).acts).toEqual([0, 1, 21]);
  });

  it('is refused as often as it looks, says so once, and acts as soon as it may', async () => {
    const { acts, printed } = await watched(500, (minute) => (minute < 400 ? 'refused' : 'full'), ['done', 'done']);
    expect(acts.slice(0, 2)).toEqual([400, 401]);
    expect(printed.slice(0, 2)).toEqual(['refused', 'done']);
  });

  it('tries again at its next look when another run holds the lock', async () => {
    const { acts, printed } = await watched(4, () => 'over', ['locked', 'locked', 'locked', 'done']);
    expect(acts).toEqual([0, 1, 2, 3]);
    expect(printed).toEqual(['refused', 'done']);
  });

  it('outlives an etcd that is away, complains once, and still puts off what it had put off', async () => {
    const { complaints, acts, looks } = await watched(12, (minute) => (minute === 4 || minute === 5 ? 'away' : 'over'));
    expect(complaints).toEqual([expect.stringContaining('nothing listens')]);
    expect(looks.filter((outcome) => outcome === 'away')).toHaveLength(2);
    expect(acts).toEqual([0, 10]);
  });
});
