import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChurnReport } from '../../src/report/schema.ts';
import { readRecording, type Recording } from '../recordings/read-recording.ts';
import { itWith } from './it-with.ts';
import { triageJson } from './triage-json.ts';

const byName =
  <T>(of: (item: T) => string) =>
  (a: T, b: T): number =>
    of(a) < of(b) ? -1 : 1;

describe('the recording kyverno-calm', () => {
  let recording: Recording;
  let snapshot: string;
  let truth: Recording['truth'];
  let report: ChurnReport;
  beforeAll(async () => {
    recording = readRecording('kyverno-calm');
    ({ snapshot, truth } = recording);
    report = await triageJson(snapshot, ['--top', '5000']);
  });
  afterAll(() => recording.remove());

  it('has its true totals', () => {
    const keyBytes = report.keys.reduce((sum, { key, writes }) => sum + Buffer.byteLength(key) * writes, 0);
    expect(report.totals).toEqual({
      revisions: truth.distinct_main_revisions,
      writes: truth.revision_entries,
      deletes: truth.tombstones,
      keys: truth.distinct_keys,
      bytes: truth.value_bytes_all_revisions + keyBytes,
    });
    expect(report.source).toMatchObject([
      { kind: 'snapshot', fromRevision: truth.first_revision, toRevision: truth.last_revision, compactRevision: 0 },
    ]);
    expect(report.coverage).toMatchObject({
      counted: truth.distinct_main_revisions,
      growth: truth.distinct_main_revisions,
      ratio: 1,
    });
    expect(report.resources.reduce((sum, { liveKeys }) => sum + liveKeys, 0)).toBe(truth.live_keys);
    expect(report.undecoded).toEqual({ encrypted: 0, unknown: 0 });
    expect(report.carved).toBeUndefined();
  });

  it('has the true counts of every prefix', () => {
    const counted = report.resources.map(({ prefix, writes, deletes, liveKeys }) => ({
      prefix,
      writes,
      deletes,
      liveKeys,
    }));
    const expected = truth.prefixes.map(({ name, revisions, deletes, live_keys }) => ({
      prefix: name,
      writes: revisions,
      deletes,
      liveKeys: live_keys,
    }));
    expect(counted.toSorted(byName(({ prefix }) => prefix))).toEqual(expected.toSorted(byName(({ prefix }) => prefix)));
    const writes = report.resources.map((resource) => resource.writes);
    expect(writes).toEqual(writes.toSorted((a, b) => b - a));
  });

  it('has the true counts of every top key, and names all keys when asked', () => {
    expect(report.keys).toHaveLength(truth.distinct_keys);
    const keys = new Map(report.keys.map((key) => [key.key, key]));
    for (const { name, revisions, deletes, value_bytes, first_rev, last_rev } of truth.top_keys) {
      expect(keys.get(name)).toMatchObject({
        ...{ writes: revisions, deletes, error: 0, firstRevision: first_rev, lastRevision: last_rev },
        bytes: value_bytes + Buffer.byteLength(name) * revisions,
      });
    }
    expect(report.keys.slice(0, 20).map(({ writes }) => writes)).toEqual(
      truth.top_keys.map(({ revisions }) => revisions),
    );
  });

  it('accuses nobody of a fight or a loop: what leads is Kyverno reporting', () => {
    const loops = /fight|loop|self-trigger|heartbeat|stall/;
    expect(report.findings.map(({ pattern }) => pattern).filter((pattern) => loops.test(pattern))).toEqual([]);
    expect(report.findings[0]?.pattern).toBe('kyverno-report-flood');
  });

  it("counts Kyverno's Events as the truth does", () => {
    const events = Object.entries(truth.event_writes_by_reporter_reason_kind);
    const kyverno = events
      .filter(([group]) => /^kyverno-\S+ \| PolicyViolation /.test(group))
      .reduce((sum, [, writes]) => sum + writes, 0);
    expect(kyverno).toBe(2832);
    const [flood] = report.findings;
    expect(Object.values(flood?.evidence ?? {})).toContain(kyverno);
  });

  it('tells the same in every run, whatever its seed', async () => {
    expect(await triageJson(snapshot, ['--top', '5000'])).toEqual(report);
  });

  itWith('taskset', 'tells the same from one thread as from several', async () => {
    expect(await triageJson(snapshot, ['--top', '5000'], { under: ['taskset', '-c', '0'] })).toEqual(report);
  });
});
