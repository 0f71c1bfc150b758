import { describe, expect, it } from '@jest/globals';
import type { Millis } from '../../../src/model/write.ts';
import { background } from '../../incidents/background.ts';
import { merge } from '../../incidents/merge.ts';
import { rfc3339 } from '../../incidents/managed-fields.ts';
import { pod, widget } from './objects.ts';
import { noon, recording, type Draft, type Recording } from './recording.ts';
import { findingOf, judge } from './world.ts';

const minute = 60_000;
const hour = 60 * minute;

/** What an API server leaves that compacts every five minutes. */
const retainedFrom = noon - 6 * minute;
const healthy = (nodes = 5) => background({ from: noon - 10 * minute, until: noon, seed: 11 }, { nodes });

/** So many objects at an even pace, the last of them `before` noon. */
function made(count: number, every: Millis, draft: (n: number) => Draft, before: Millis = 0): Recording {
  const record = recording(noon - before - count * every);
  for (let n = 0; n < count; n++) {
    record.wait(every / 1000);
    record.create(draft(n), 'some-controller');
  }
  return record;
}

/** The same, and one more a moment before noon. */
function stillMade(count: number, every: Millis, draft: (n: number) => Draft, before: Millis): Recording {
  const record = made(count, every, draft, before);
  record.wait((noon - 5_000 - record.now()) / 1000);
  record.create(draft(count), 'some-controller');
  return record;
}

const event = (n: number): Draft => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: `job-${n}.1`, namespace: 'shop' },
  involvedObject: { apiVersion: 'batch/v1', kind: 'Job', namespace: 'shop', name: `job-${n}`, uid: `job-${n}` },
  reason: 'ArtifactStored',
  source: { component: 'artifact-controller' },
  type: 'Normal',
});

const report =
  (bytes: number) =>
  (n: number): Draft => ({
    apiVersion: 'aquasecurity.github.io/v1alpha1',
    kind: 'VulnerabilityReport',
    metadata: { name: `replicaset-web-${n}`, namespace: 'shop' },
    report: { components: 'x'.repeat(bytes) },
  });

const checkpoint = (n: number): Draft => ({
  apiVersion: 'autoscaling.k8s.io/v1',
  kind: 'VerticalPodAutoscalerCheckpoint',
  metadata: { name: `web-${n}`, namespace: 'shop' },
  status: {},
});

const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'import', namespace: 'shop', uid: 'import' } };
const podOfJob = (n: number): Draft => pod(`import-${n}`, job);

describe('what compaction left of living keys', () => {
  it.each<[string, Recording]>([
    ['Events that come twelve times a minute and stay for an hour', made(720, 5_000, event)],
    ["reports of yesterday's scan", stillMade(70, minute, report(500_000), 20 * hour)],
    ['autoscalers that are at rest', stillMade(500, minute, checkpoint, 2 * hour)],
    ['pods that a job made long ago', stillMade(250, minute, podOfJob, 20 * hour)],
  ])('is no pace: nobody is accused of %s', (_, record) => {
    expect(judge(merge(record.writes, healthy()), { retainedFrom }).findings).toEqual([]);
  });

  it('hides no flood: Events of the window are counted, those before it are not', () => {
    const calm = made(700, 5_000, event, 7 * minute);
    const flood = made(800, 400, (n) => event(1_000 + n));
    const { findings } = judge(merge(calm.writes, flood.writes, healthy()), { retainedFrom });
    const found = findingOf(findings, 'event-flood');
    expect(found).toMatchObject({ severity: 'critical', evidence: { writes: 800 } });
    expect(Number(found?.evidence['perMinute'])).toBeGreaterThan(130);
    expect(Number(found?.evidence['perMinute'])).toBeLessThan(150);
  });

  it('makes no loop look small: its share is of what was written in the window', () => {
    const { findings, counted } = judge(merge(atRest(5_000).writes, loop().writes, healthy()), { retainedFrom });
    const since = counted.totals.writes - (counted.totals.remainder?.writes ?? 0);
    expect(counted.totals.remainder?.writes).toBeGreaterThan(5_000);
    const found = findingOf(findings, 'status-self-trigger');
    expect(found?.evidence['writes']).toBe(loopWrites);
    expect(found?.share).toBeCloseTo(loopWrites / since, 5);
  });

  it('fills no database: a loop beside megabytes at rest is as grave as its share', () => {
    const heavy = made(60, minute, report(500_000), 20 * hour);
    const inUseBytes = 31e6;
    const database = { sizeBytes: inUseBytes, inUseBytes, quotaBytes: 2e9, quotaSource: '', alarms: [] };
    const severity = (more: Partial<typeof database> = {}) =>
      findingOf(
        judge(merge(heavy.writes, loop(5, 70).writes, healthy(40)), {
          retainedFrom,
          database: { ...database, ...more },
        }).findings,
        'status-self-trigger',
      )?.severity;
    expect(severity()).toBe('warning');
    expect(severity({ quotaBytes: inUseBytes + 1e6 })).toBe('critical');
  });
});

const loopWrites = 180;

const atRest = (count: number): Recording => made(count, 10_000, (n) => widget(`w-${n}`), 2 * hour);

/** One object that was made yesterday and is written every two seconds since the compaction. */
function loop(every = 2, times = loopWrites): Recording {
  const record = recording(noon - 20 * hour);
  const object = record.create(widget('busy'), 'helm');
  record.wait((retainedFrom - record.now()) / 1000);
  for (let n = 0; n < times; n++) {
    record.wait(every);
    const status = { lastProbe: rfc3339(record.now()) };
    record.patch(object, { manager: 'widget-operator', subresource: 'status' }, { status });
  }
  return record;
}
