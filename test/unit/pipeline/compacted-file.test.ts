import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { triageSnapshot } from '../../../src/pipeline/offline/triage.ts';
import { rfc3339 } from '../../incidents/managed-fields.ts';
import { registryKey, type Named } from '../../incidents/registry.ts';
import { stored } from '../../incidents/stored.ts';
import { bboltFile, type Row } from '../bbolt/bbolt-file.ts';

const noon = Date.UTC(2025, 5, 1, 12);
const year = 365 * 24 * 3_600_000;
const headBefore = 30_000_000;
const directory = mkdtempSync(join(tmpdir(), 'kubechurn-compacted-'));
afterAll(() => rmSync(directory, { recursive: true }));

const widget = (name: string, at: number, status = {}): Named => ({
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  metadata: {
    ...{ name, namespace: 'shop', uid: name, creationTimestamp: rfc3339(noon - year) },
    managedFields: [
      {
        ...{ manager: 'widget-operator', operation: 'Update', apiVersion: 'example.com/v1', time: rfc3339(at) },
        ...{ fieldsType: 'FieldsV1', fieldsV1: { 'f:status': { 'f:lastProbe': {} } }, subresource: 'status' },
      },
    ],
  },
  spec: { size: 1 },
  status,
});

function row(revision: number, version: number, object: Named): Row {
  const key = new TextEncoder().encode(registryKey(object));
  return { revision, sub: 0, key, value: stored(object), version, lease: 0 };
}

/** What is left of a year in which thirty million revisions were written, and ten minutes of one since the compaction. */
function rows(): Row[] {
  const left = Array.from({ length: 9_000 }, (_, i) =>
    row(2 + i * 3_000, 1, widget(`w-${i}`, noon - year * (1 - i / 9_000))),
  );
  const loop = Array.from({ length: 601 }, (_, i) => {
    const at = noon + (i - 1) * 1_000;
    return row(headBefore + i, i + 2, widget('busy', at, { lastProbe: rfc3339(at) }));
  });
  return [...left, ...loop];
}

describe('a compacted file of many objects', () => {
  it('tells the minutes since the compaction, their pace and their culprit', async () => {
    const file = join(directory, 'db');
    writeFileSync(file, bboltFile(rows(), { rowsPerLeaf: 8, fanOut: 60, compactRevision: headBefore }).bytes);
    const { clock, findings, totals, keys, timeline } = await triageSnapshot({
      ...{ file, top: 5, skipHashCheck: true, seed: 1, salt: 'salt', version: 'test' },
      threads: { extra: 0, entry: new URL(import.meta.url) },
      onProgress: () => undefined,
    });
    expect(clock).toEqual({
      from: new Date(noon - 1_000).toISOString(),
      to: new Date(noon + 599_000).toISOString(),
      errorSeconds: 1,
    });
    expect(totals).toMatchObject({ writes: 9_601, remainder: 9_001 });
    expect(keys[0]).toMatchObject({ name: 'busy', writes: 601 });
    expect(keys[0]?.ratePerMinute).toBeCloseTo(60, 0);
    expect(findings).toMatchObject([{ pattern: 'status-self-trigger', share: 1, evidence: { writes: 600 } }]);
    expect(timeline?.edges[0]).toBe(headBefore + 1);
  });
});
