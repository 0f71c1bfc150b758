import { describe, expect, it } from '@jest/globals';
import type { Named } from '../../incidents/registry.ts';
import { recording, type Draft, type Recording } from './recording.ts';
import { judge } from './world.ts';

const release = (name: string, revision: number): Draft => ({
  apiVersion: 'v1',
  kind: 'Secret',
  type: 'helm.sh/release.v1',
  metadata: {
    name: `sh.helm.release.v1.${name}.v${revision}`,
    namespace: 'shop',
    labels: { owner: 'helm', name, status: 'deployed', version: String(revision) },
  },
  data: { release: 'SDRzSUFBQUFBQUE=' },
});

/** Upgrades of a release, each of which supersedes the one before; `keep` are kept. */
function upgraded(name: string, times: number, minutes: number, keep: number): Recording {
  const record = recording();
  const made: Named[] = [];
  for (let revision = 1; revision <= times; revision++) {
    record.wait(minutes * 60);
    const previous = made.at(-1);
    if (previous) record.patch(previous, 'helm', { metadata: { labels: { status: 'superseded' } } });
    if (made.length >= keep) {
      const oldest = made.shift();
      if (oldest) record.remove(oldest);
    }
    made.push(record.create(release(name, revision), 'helm'));
  }
  return record;
}

describe('helm-release-growth', () => {
  it('names a release that is upgraded every five minutes although few revisions are kept', () => {
    const { findings } = judge(upgraded('web', 20, 5, 5).writes);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      pattern: 'helm-release-growth',
      subject: { type: 'owner', resource: 'releases', namespace: 'shop', name: 'web' },
      writers: [{ name: 'helm', kind: 'fieldManager' }],
      evidence: { kept: 5, revisions: 20, perHour: 12, fast: true },
    });
    expect(findings[0]?.remedy.steps[0]).toContain('helm -n shop history web');
    expect(findings[0]?.share).toBeCloseTo(1);
  });

  it('names a release of which too many revisions are kept, with neither clock nor values at hand', () => {
    const { findings } = judge(upgraded('web', 30, 24 * 60, 100).writes, { withoutClock: true, withoutValues: true });
    expect(findings[0]).toMatchObject({ subject: { name: 'web' }, evidence: { kept: 30, fast: false } });
    expect(findings[0]?.remedy.steps[0]).toContain('--history-max');
  });

  it('tells what is kept and how fast it grew also where compaction left but the last write of each', () => {
    const hourly = upgraded('web', 30, 60, 100);
    const { findings } = judge(hourly.writes, { retainedFrom: hourly.now() });
    expect(findings[0]).toMatchObject({ subject: { name: 'web' }, evidence: { kept: 30, perHour: 1, writes: 31 } });
    expect(findings[0]?.evidence['kilobytes']).toBeGreaterThan(5);
    expect(findings[0]?.share).toBe(1);
  });

  it('names the worst of several, and says that there are others', () => {
    const both = [...upgraded('web', 30, 24 * 60, 100).writes, ...upgraded('api', 20, 24 * 60, 100).writes];
    const { findings } = judge(both.sort((a, b) => a.at - b.at));
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ subject: { name: 'web' }, evidence: { releases: 2 } });
    expect(findings[0]?.share).toBeCloseTo(1);
  });

  it.each<[string, Recording]>([
    ['ten revisions kept of a release that is upgraded every day', upgraded('web', 30, 24 * 60, 10)],
    ['a few upgrades on one day', upgraded('web', 4, 5, 10)],
  ])('stays silent on %s', (_, record) => {
    expect(judge(record.writes).findings).toEqual([]);
  });

  it('stays silent on other Secrets, however many', () => {
    const record = recording();
    for (let i = 0; i < 100; i++) {
      record.wait(1);
      record.create({ ...release('web', i), metadata: { name: `token-${i}`, namespace: 'shop' } }, 'helm');
    }
    expect(judge(record.writes).findings).toEqual([]);
  });
});
