import { describe, expect, it } from '@jest/globals';
import { background } from '../../incidents/background.ts';
import { fieldFight } from '../../incidents/field-fight.ts';
import { merge } from '../../incidents/merge.ts';
import { restartStorm } from '../../incidents/restart-storm.ts';
import { statusSelfTrigger } from '../../incidents/status-self-trigger.ts';
import { vclusterSyncLoop } from '../../incidents/vcluster-sync-loop.ts';
import { configMap } from './objects.ts';
import { noon, recording, type Recording } from './recording.ts';
import { judge } from './world.ts';

const window = (seed: number) => ({ from: noon, until: noon + 5 * 60_000, seed });

function fought(record: Recording, name: string, times: number): void {
  const map = record.create(configMap(name), 'kubectl-create');
  for (let i = 0; i < times; i++) {
    record.wait(8);
    record.patch(map, i % 2 ? 'writer-a' : 'writer-b', { data: { mode: i % 2 ? 'fast' : 'slow' } });
  }
}

const one = (): Recording => {
  const record = recording();
  fought(record, 'settings', 40);
  return record;
};

const full = { sizeBytes: 1, inUseBytes: 1, quotaBytes: null, quotaSource: '', alarms: ['NOSPACE'] };

describe('finding causes', () => {
  it('accuses nobody in a healthy cluster', () => {
    expect(judge(background(window(1), { nodes: 3 })).findings).toEqual([]);
  });

  it('names each of several incidents once, over a healthy background', () => {
    const { findings, counted } = judge(
      merge(
        background(window(1), { nodes: 3 }),
        fieldFight(window(2), { field: 'replicas' }),
        restartStorm(window(3)),
        statusSelfTrigger(window(4)),
        vclusterSyncLoop(window(5), { flipsPerSecond: 2 }),
      ),
    );
    expect(findings.map(({ pattern, subject }) => `${pattern} ${subject.name}`).sort()).toEqual([
      'pod-restart-storm ledger',
      'replicas-fight fought-over-replicas',
      'status-self-trigger sandbox',
      'vcluster-sync-loop web-x-shop-x-tenant-a',
    ]);
    for (const { share, shareWithConsequences, consequences } of findings) {
      const caused = consequences.reduce((sum, { writes }) => sum + writes, 0);
      expect(shareWithConsequences).toBeCloseTo(share + caused / counted.totals.writes);
      expect(shareWithConsequences).toBeLessThanOrEqual(1);
    }
  });

  it('puts the worst first', () => {
    const record = recording();
    fought(record, 'often', 80);
    fought(record, 'seldom', 30);
    expect(judge(record.writes).findings.map(({ subject }) => subject.name)).toEqual(['often', 'seldom']);
  });

  it('judges by the thresholds it is given', () => {
    expect(judge(one().writes, { thresholds: { 'field-fight': { flips: 30, provenFlips: 30 } } }).findings).toEqual([]);
  });

  it('says which patterns could not be judged without values or without a clock', () => {
    const blind = judge(one().writes, { withoutValues: true });
    expect(blind.findings).toEqual([]);
    expect(blind.notSeen[0]).toContain('field-fight');
    const timeless = judge(one().writes, { withoutClock: true });
    expect(timeless.findings.map(({ pattern }) => pattern)).toEqual(['field-fight']);
    expect(timeless.notSeen[0]).toContain('status-self-trigger');
  });

  it('calls a proven loop critical while the database is full, whatever its share', () => {
    const small = [...one().writes, ...background({ ...window(1), until: noon + 20 * 60_000 }, { nodes: 20 })].sort(
      (a, b) => a.at - b.at,
    );
    expect(judge(small).findings[0]?.severity).toBe('info');
    expect(judge(small, { database: full }).findings[0]?.severity).toBe('critical');
  });

  it('never lets a value out, only paths', () => {
    const record = recording();
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'token', namespace: 'shop' },
      data: { key: 'aHVudGVyMg==' },
    };
    const made = record.create(secret, 'helm');
    for (let i = 0; i < 40; i++) {
      record.wait(8);
      record.patch(made, i % 2 ? 'a' : 'b', { data: { key: i % 2 ? 'aHVudGVyMg==' : 'c3dvcmRmaXNo' } });
    }
    const { findings } = judge(record.writes);
    expect(findings[0]).toMatchObject({ pattern: 'field-fight', fields: ['/data/key'] });
    expect(JSON.stringify(findings)).not.toMatch(/aHVudGVyMg|c3dvcmRmaXNo|hunter2/);
  });
});
