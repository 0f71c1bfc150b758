import { describe, expect, it } from '@jest/globals';
import { buildHistory } from '../../../src/history/build-history.ts';
import type { Observation } from '../../../src/model/observation.ts';
import { decodeObject } from '../../../src/objects/decode.ts';
import { configMap, pod, widget } from '../patterns/objects.ts';
import { recording, type Recording } from '../patterns/recording.ts';

/** All revisions of one key as the pipeline hands them over. */
function observed({ writes }: Recording, without: readonly number[] = []): Observation[] {
  return writes.flatMap(({ key, value, at }, i) => {
    if (without.includes(i)) return [];
    const gap = without.includes(i - 1);
    return {
      key: 1,
      revision: i,
      at,
      object: value && decodeObject(value, key, 'salt'),
      ...(gap && { gapBefore: true }),
    };
  });
}

const historyOf = (record: Recording, without?: readonly number[]) => buildHistory(observed(record, without));

describe('the history of a key', () => {
  it('tells who changed a field, from the entry that was stamped', () => {
    const record = recording();
    const map = record.create(configMap('a'), 'maker');
    record.wait(5);
    record.patch(map, 'editor', { data: { mode: 'b' } });
    expect(historyOf(record)).toMatchObject({
      count: 1,
      writers: [{ writer: { name: 'editor', confidence: 'medium' }, writes: 1 }],
    });
  });

  it('tells them apart within one second, by who gained the field', () => {
    const record = recording();
    const map = record.create(configMap('a'), 'one');
    for (let i = 0; i < 10; i++) record.patch(map, i % 2 ? 'one' : 'two', { data: { mode: `v${i % 2}` } });
    expect(historyOf(record).paths[0]).toMatchObject({
      path: '/data/mode',
      changes: 10,
      returns: 8,
      alternations: 8,
      unnamed: 0,
      writers: [{ writes: 5 }, { writes: 5 }],
    });
  });

  it('does not guess who removed a field by a plain update', () => {
    const record = recording();
    const map = record.create(configMap('a'), 'maker');
    record.wait(5);
    record.patch(map, 'remover', { data: { mode: null } });
    expect(historyOf(record).paths).toMatchObject([
      { path: '/data/mode', writers: [], unnamed: 1, unnamedRemovals: 1 },
    ]);
  });

  it('names who removed a field by apply', () => {
    const record = recording();
    const by = { manager: 'applier', operation: 'Apply' as const };
    const map = record.create(configMap('a'), by);
    record.wait(5);
    record.patch(map, by, { data: { mode: null } });
    expect(historyOf(record).paths).toMatchObject([{ writers: [{ writer: { name: 'applier' } }], unnamed: 0 }]);
  });

  it('counts a return per value that was there before, and a circle of three', () => {
    const record = recording();
    const map = record.create({ ...configMap('a'), data: { mode: 'c' } }, 'maker');
    for (let i = 0; i < 9; i++) record.patch(map, 'w', { data: { mode: 'abc'[i % 3] ?? '' } });
    expect(historyOf(record).paths[0]).toMatchObject({ changes: 9, returns: 7, alternations: 0 });
  });

  it('concludes nothing across revisions that were not read', () => {
    const record = recording();
    const map = record.create(configMap('a'), 'maker');
    for (const mode of ['b', 'c', 'd']) {
      record.wait(5);
      record.patch(map, mode, { data: { mode } });
    }
    expect(historyOf(record, [2])).toMatchObject({
      revisions: 3,
      count: 1,
      gaps: 1,
      writers: [{ writer: { name: 'b' } }],
    });
  });

  it('follows fields by uid and churn by name', () => {
    const record = recording();
    for (const mode of ['a', 'b', 'a', 'b']) record.remove(record.create({ ...configMap('a'), data: { mode } }, mode));
    expect(historyOf(record)).toMatchObject({ revisions: 4, deletes: 4, incarnations: 4, count: 0, paths: [] });
  });

  it('knows a counter, a timestamp and an ownership bump', () => {
    const record = recording();
    const object = record.create(widget('a'), 'maker');
    const status = { manager: 'operator', subresource: 'status' };
    for (let i = 1; i < 5; i++) {
      record.wait(60);
      record.patch(object, status, { status: { count: i, seenAt: new Date(record.now()).toISOString() } });
    }
    const { paths } = historyOf(record);
    expect(paths.find(({ path }) => path === '/status/count')).toMatchObject({ counter: true, timestamp: false });
    expect(paths.find(({ path }) => path === '/status/seenAt')).toMatchObject({ timestamp: true, returns: 0 });
  });

  it('adds up restarts', () => {
    const record = recording();
    const made = record.create(pod('a'), 'maker');
    for (const restartCount of [0, 1, 3, 3, 4]) {
      record.wait(5);
      record.patch(made, 'kubelet', {
        status: { containerStatuses: [{ name: 'web', restartCount, ready: true, image: '', imageID: '' }] },
      });
    }
    expect(historyOf(record).restarts).toBe(4);
  });

  it('stays bounded where an object grows new fields without end', () => {
    const record = recording();
    const map = record.create(configMap('a'), 'maker');
    for (let i = 0; i < 50; i++) record.patch(map, 'w', { data: { [`k${i}`]: 'x' } });
    const changes = buildHistory(observed(record), { pathsKept: 10 });
    expect(changes.paths).toHaveLength(10);
    expect(changes.pathsDropped).toBe(40);
  });

  it('reads on past values it cannot decode', () => {
    const [first] = observed(recordOf());
    const broken: Observation = {
      key: 1,
      revision: 2,
      object: decodeObject(new TextEncoder().encode('k8s:enc:aescbc:v1:x'), '/registry/configmaps/shop/a'),
    };
    expect(buildHistory(first ? [first, broken] : [])).toMatchObject({ revisions: 1, count: 0 });
  });

  it('follows who owns what where nothing else changes, and sees it come back', () => {
    const record = recording();
    const object = record.create(widget('gear'), 'maker');
    for (let i = 0; i < 6; i++) {
      record.wait(5);
      record.own(object, 'twin', i % 2 ? { spec: { size: 1 } } : {});
    }
    const { ownership, noChange, writers } = historyOf(record);
    expect({ noChange, writers }).toEqual({ noChange: 6, writers: [] });
    expect(ownership).toMatchObject({
      moves: 5,
      returns: 4,
      paths: ['/spec/size'],
      writers: [{ writer: { name: 'twin' }, writes: 5 }],
    });
  });

  it('says when each object of a name was made, by whom, and of how many originals it was a copy', () => {
    const record = recording();
    const drafts = ['a', 'a', 'b'].map((uid) =>
      configMap('copy', { annotations: { 'vcluster.loft.sh/object-uid': uid } }),
    );
    for (const draft of drafts) {
      record.wait(10);
      record.remove(record.create(draft, 'vcluster'));
    }
    const from = record.writes[0]?.at ?? 0;
    expect(historyOf(record)).toMatchObject({
      incarnations: 3,
      births: [from, from + 10_000, from + 20_000],
      makers: [{ writer: { name: 'vcluster' }, writes: 3 }],
      removers: [],
      originals: 2,
    });
  });
});

function recordOf(): Recording {
  const record = recording();
  record.create(configMap('a'), 'maker');
  return record;
}
