import { describe, expect, it } from '@jest/globals';
import { keyFinder, prefixFinder } from '../../../src/attribution/key-finder.ts';

const prefixes = [
  { prefix: '/kubernetes.io/services/specs', group: '', resource: 'services' },
  { prefix: '/kubernetes.io/minions', group: '', resource: 'nodes' },
  { prefix: '/kubernetes.io/example.com/widgets', group: 'example.com', resource: 'widgets' },
];
const asked: string[] = [];
const find = keyFinder(prefixFinder(prefixes), (key) => {
  asked.push(new TextDecoder().decode(key));
  return asked.length;
});

describe('the key of an object', () => {
  it('follows from the prefixes that are in the store, whatever --etcd-prefix and path they have', () => {
    find({ group: '', resource: 'services', namespace: 'shop', name: 'web' });
    find({ group: '', resource: 'nodes', name: 'worker-1' });
    find({ group: 'example.com', resource: 'widgets', namespace: 'ümlaut', name: 'w' });
    expect(asked).toEqual([
      '/kubernetes.io/services/specs/shop/web',
      '/kubernetes.io/minions/worker-1',
      '/kubernetes.io/example.com/widgets/ümlaut/w',
    ]);
  });

  it('is unknown for a resource that the store does not have, and for a name no key could hold', () => {
    expect(find({ group: 'apps', resource: 'deployments', namespace: 'shop', name: 'web' })).toBeUndefined();
    expect(find({ group: '', resource: 'nodes', name: 'x'.repeat(10_000) })).toBeUndefined();
  });
});
