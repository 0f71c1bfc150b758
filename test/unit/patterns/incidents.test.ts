import { describe, expect, it } from '@jest/globals';
import { background } from '../../incidents/background.ts';
import { ephemeralJobs } from '../../incidents/ephemeral-jobs.ts';
import { fieldFight } from '../../incidents/field-fight.ts';
import { merge } from '../../incidents/merge.ts';
import { restartStorm } from '../../incidents/restart-storm.ts';
import { statusSelfTrigger } from '../../incidents/status-self-trigger.ts';
import { vclusterSyncLoop } from '../../incidents/vcluster-sync-loop.ts';
import { judge } from './world.ts';

const from = Date.UTC(2025, 5, 1, 12);
const w = (seed: number, minutes = 12) => ({ from, until: from + minutes * 60_000, seed });

const show = (name: string, writes: Iterable<any>) => {
  const t = performance.now();
  const { findings, notSeen, counted } = judge(writes);
  console.log(name, counted.totals.writes, Math.round(performance.now() - t), 'ms', notSeen, JSON.stringify(findings.map(({ remedy, ...f }) => f), null, 1));
};
describe('x', () => {
  it('y', () => {
    show('background', background(w(1)));
    show('jobs', merge(background(w(1)), ephemeralJobs(w(2))));
    show('fight image', merge(background(w(1)), fieldFight(w(3), { field: 'image' })));
    show('fight replicas', merge(background(w(1)), fieldFight(w(3), { field: 'replicas' })));
    show('storm', merge(background(w(1)), restartStorm(w(4))));
    show('self', merge(background(w(1)), statusSelfTrigger(w(5))));
    show('vc', merge(background(w(1)), vclusterSyncLoop(w(6))));
    expect(1).toBe(1);
  });
});
