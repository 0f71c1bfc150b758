import { describe, expect, it } from '@jest/globals';
import type { ChosenKey } from '../../../src/model/analysis.ts';
import { suspects } from '../../../src/pipeline/offline/suspects.ts';
import type { Choice } from '../../../src/tally/choose-keys.ts';

type Accused = Parameters<typeof suspects>[0];

function accused(...names: string[]): Accused {
  return {
    findings: names.map((name) => ({
      pattern: 'field-fight',
      severity: 'critical',
      confidence: 'high',
      subject: { type: 'object', group: 'apps', resource: 'deployments', namespace: 'shop', name },
      share: 0,
      shareWithConsequences: 0,
      consequences: [],
      writers: [],
      fields: [],
      evidence: {},
      cause: '',
      remedy: { summary: '', steps: [], docs: [] },
    })),
  };
}

function chosen(keys: Readonly<Record<string, { writes: number; read: number }>>): [ChosenKey[], Map<number, Choice>] {
  const entries = Object.entries(keys).map(([name, { writes, read }], id) => ({ name, writes, read, id }));
  return [
    entries.map(({ id, name, writes }) => ({
      chosenFor: 'rank',
      count: {
        id,
        key: `/registry/deployments/shop/${name}`,
        resource: { group: 'apps', resource: 'deployments', namespace: 'shop', name },
        prefix: '/registry/deployments',
        writes,
        creates: 0,
        deletes: 0,
        bytes: 0,
        firstRevision: 1,
        lastRevision: writes,
        live: true,
        maxBytes: 0,
        about: undefined,
        writer: undefined,
      },
    })),
    new Map(entries.map(({ id, read }) => [id, { chosenFor: 'rank', revisions: read }])),
  ];
}

const read = (...of: Parameters<typeof suspects>): [number, number][] =>
  [...suspects(...of)].map(([id, { revisions }]) => [id, revisions]);

describe('the keys to read in full', () => {
  it('are those accused of which a part was read', () => {
    const [keys, choices] = chosen({
      web: { writes: 2_000, read: 120 },
      small: { writes: 40, read: 40 },
      innocent: { writes: 900, read: 120 },
    });
    expect(read(accused('small', 'web', 'unknown'), keys, choices)).toEqual([[0, 2_000]]);
  });

  it('are read once, whatever they are accused of', () => {
    const [keys, choices] = chosen({ web: { writes: 2_000, read: 120 } });
    expect(read(accused('web', 'web'), keys, choices)).toEqual([[0, 2_000]]);
  });

  it('share a budget, the gravest first', () => {
    const [keys, choices] = chosen({
      second: { writes: 20_000, read: 120 },
      first: { writes: 20_000, read: 120 },
      third: { writes: 20_000, read: 120 },
    });
    expect(read(accused('first', 'second', 'third'), keys, choices)).toEqual([
      [1, 20_000],
      [0, 4_000],
    ]);
  });
});
