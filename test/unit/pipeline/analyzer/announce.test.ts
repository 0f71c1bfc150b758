import { describe, expect, it } from '@jest/globals';
import { createAnnouncer } from '../../../../src/pipeline/analyzer/announce.ts';
import type { Finding, Transition } from '../../../../src/pipeline/live/board.ts';

const home = { group: '', kind: 'Namespace', name: 'kubechurn' };
const transition = (name: string, more: Partial<Finding> = {}, what: Transition['what'] = 'raised'): Transition => ({
  what,
  standing: {
    ...{ since: 0, lastSeen: 0 },
    finding: {
      ...{ pattern: 'field-fight', severity: 'warning', confidence: 'high', share: 0.1, shareWithConsequences: 0.1 },
      subject: { type: 'object', group: 'apps', resource: 'deployments', namespace: 'shop', name },
      ...{ consequences: [], writers: [], fields: [], evidence: {}, cause: 'two set it' },
      remedy: { summary: 'give it one owner', steps: [], docs: [] },
      ...more,
    },
  },
});

describe('the Events', () => {
  let at = 0;
  const announcer = () => createAnnouncer({ resources: () => new Map(), home, now: () => at });

  it('are about the object, with what to do', () => {
    expect(announcer()(transition('web'))).toEqual({
      about: { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web' },
      ...{ type: 'Warning', reason: 'ChurnFound', note: 'field-fight: two set it. give it one owner' },
    });
    expect(announcer()(transition('web', {}, 'cleared'))).toMatchObject({ type: 'Normal', reason: 'ChurnEnded' });
  });

  it('are about where we run for what is no object', () => {
    const prefix = { subject: { type: 'prefix' as const, name: '/registry/pods' } };
    expect(announcer()(transition('', prefix))).toMatchObject({ about: home });
  });

  it('are not made of what is worth no write to a database that may be full', () => {
    expect(announcer()(transition('web', { severity: 'info' }))).toBeUndefined();
  });

  it('are 25 at once for an object and then one in five minutes, as client-go has it', () => {
    const announce = announcer();
    const said = Array.from({ length: 40 }, () => announce(transition('web'))).filter(Boolean);
    expect(said).toHaveLength(25);
    expect(announce(transition('other'))).toBeDefined();
    at += 300_000;
    expect([announce(transition('web')), announce(transition('web'))].map(Boolean)).toEqual([true, false]);
  });
});
