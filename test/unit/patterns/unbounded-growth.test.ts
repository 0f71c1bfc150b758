import { describe, expect, it } from '@jest/globals';
import { background } from '../../incidents/background.ts';
import { merge } from '../../incidents/merge.ts';
import { noon, recording, type Draft, type Recording } from './recording.ts';
import { findingOf, judge } from './world.ts';

const hour = 3_600_000;
/** Of the backup of that day, as Velero makes them (pkg/backup/actions/csi). */
const upload = (i: number, phase = 'Completed'): Draft => ({
  apiVersion: 'velero.io/v2alpha1',
  kind: 'DataUpload',
  metadata: {
    name: `nightly-${i}`,
    namespace: 'velero',
    ownerReferences: [
      { apiVersion: 'velero.io/v1', kind: 'Backup', name: `nightly-${i % 3}`, uid: `${i % 3}`, controller: true },
    ],
  },
  spec: { snapshotType: 'CSI' },
  status: { phase },
});

/** One object every so many minutes over some hours, the oldest removed where more than `keep` are there. */
function added(hours: number, minutes: number, draft = (i: number) => upload(i), keep = Infinity): Recording {
  const record = recording();
  const living = [];
  for (let i = 0; i < (hours * 60) / minutes; i++) {
    record.wait(minutes * 60);
    living.push(record.create(draft(i), 'velero'));
    const oldest = living.length > keep ? living.shift() : undefined;
    if (oldest) record.remove(oldest);
  }
  return record;
}

/** Some objects of two days ago, and many within two hours of today. */
function imported(): Recording {
  const record = recording();
  for (let i = 0; i < 1_500; i++) {
    record.wait(i === 300 ? 48 * 3_600 : 6);
    record.create(upload(i), 'velero');
  }
  return record;
}

/** What is left when all but the last minutes were compacted. */
const lastMinutes = { retainedFrom: noon + 47.8 * hour };

describe('unbounded-growth', () => {
  it('names a kind of which more are kept every hour of the window', () => {
    const { findings } = judge(added(48, 2).writes);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      pattern: 'unbounded-growth',
      confidence: 'high',
      subject: { type: 'prefix', group: 'velero.io', resource: 'datauploads' },
      writers: [{ name: 'velero' }],
      evidence: { liveObjects: 1440, deletes: 0 },
    });
    expect(findings[0]?.remedy.steps[0]).toContain('velero#8761');
  });

  it('names what nobody owns, done or not, where the window is a day', () => {
    const orphan = (i: number): Draft => ({
      apiVersion: 'example.com/v1',
      kind: 'Session',
      metadata: { name: `s-${i}`, namespace: 'shop' },
    });
    expect(judge(added(48, 1, orphan).writes).findings[0]).toMatchObject({
      pattern: 'unbounded-growth',
      subject: { group: 'example.com', resource: 'sessions' },
    });
    expect(judge(added(48, 1, orphan).writes, lastMinutes).findings).toEqual([]);
  });

  it('sees it by the ages of finished objects where compaction left minutes', () => {
    const { findings } = judge(added(48, 2).writes, lastMinutes);
    expect(findings.map(({ pattern, confidence }) => `${pattern} ${confidence}`)).toEqual(['unbounded-growth medium']);
  });

  it('weighs it by what is kept, not by what the minutes since the compaction added', () => {
    const healthy = background({ from: noon + 47.7 * hour, until: noon + 48 * hour, seed: 5 }, { nodes: 5 });
    const found = findingOf(judge(merge(added(48, 2).writes, healthy), lastMinutes).findings, 'unbounded-growth');
    expect(found).toMatchObject({ severity: 'critical', evidence: { writes: 1440 } });
    expect(found?.share).toBeGreaterThan(0.3);
  });

  it.each<[string, Recording, object]>([
    ['objects that go as fast as they come', added(48, 2, (i) => upload(i), 1_200), {}],
    ['a first import within a few hours', added(4, 0.2), {}],
    ['an import within a few hours into what has long been there', imported(), {}],
    ['a few hundred a day', added(60, 6), {}],
    ['unfinished objects of a window of minutes', added(48, 2, (i) => upload(i, 'InProgress')), lastMinutes],
    ['objects in use that belong to another', added(48, 2, (i) => upload(i, 'InProgress')), {}],
  ])('stays silent on %s', (_, record, options) => {
    expect(judge(record.writes, options).findings).toEqual([]);
  });
});
