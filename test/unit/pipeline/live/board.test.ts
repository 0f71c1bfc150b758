import { describe, expect, it } from '@jest/globals';
import { createBoard, type Finding } from '../../../../src/pipeline/live/board.ts';

const finding = (name: string): Finding => ({
  ...{ pattern: 'field-fight', severity: 'warning', confidence: 'high', share: 0.1, shareWithConsequences: 0.1 },
  subject: { type: 'object', group: 'apps', resource: 'deployments', namespace: 'shop', name },
  ...{ consequences: [], writers: [], fields: [], evidence: {}, cause: '' },
  remedy: { summary: '', steps: [], docs: [] },
});

describe('what stands', () => {
  it('is told when it begins and when it has been gone for a minute, and not in between', () => {
    const board = createBoard();
    const told = (findings: Finding[], at: number) => board.update(findings, at).map(({ what }) => what);
    expect(told([finding('a')], 0)).toEqual(['raised']);
    expect(told([finding('a')], 5_000)).toEqual([]);
    expect(told([], 30_000)).toEqual([]);
    expect(told([finding('a')], 40_000)).toEqual([]);
    expect(board.standing()).toMatchObject([{ since: 0, lastSeen: 40_000 }]);
    expect(told([], 100_000)).toEqual(['cleared']);
    expect(board.standing()).toEqual([]);
  });
});
