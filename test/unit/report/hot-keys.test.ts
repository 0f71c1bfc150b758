import { describe, expect, it } from '@jest/globals';
import type { HotKey } from '../../../src/model/hot-key.ts';
import { hotKeysText } from '../../../src/report/text/hot-keys.ts';

const keys: HotKey[] = [
  {
    ...{ key: '/registry/deployments/shop/web', perMinute: 61.5, findings: ['field-fight'] },
    resource: { group: 'apps', resource: 'deployments', namespace: 'shop', name: 'web' },
  },
  {
    ...{ key: '/registry/minions/node-1', perMinute: 3, findings: [] },
    resource: { group: '', resource: 'nodes', name: `node-${'x'.repeat(80)}\u001b[31m` },
  },
];
const layout = { allNamespaces: true, wide: false, headers: true, width: 80 };

describe('top', () => {
  it('has the namespace first for all of them, as kubectl does, and fits 80 columns', () => {
    const lines = hotKeysText(keys, layout).trimEnd().split('\n');
    expect(lines[0]).toMatch(/^NAMESPACE  NAME +WRITES  FINDING$/);
    expect(lines[1]).toMatch(/^shop       deployments\.apps\/web +61\.5\/min  field-fight$/);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines.join('')).not.toContain('\u001b');
  });

  it('shows the key in full with wide, and no heads where none are wanted', () => {
    const wide = hotKeysText(keys, { ...layout, allNamespaces: false, wide: true, headers: false });
    expect(wide.split('\n')[0]).toBe(
      `deployments.apps/web${wide.slice(20, wide.indexOf('61.5'))}61.5/min  field-fight  /registry/deployments/shop/web`,
    );
    expect(wide).not.toContain('NAME');
  });
});
