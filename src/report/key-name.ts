import type { ResourceKey } from '../model/resource.ts';
import type { ChurnReport } from './schema.ts';

/** How the report names a key: as stored, and as what of Kubernetes' it stands for, "" for what does not apply. */
export function keyName({
  key,
  resource,
}: {
  readonly key: string;
  readonly resource: ResourceKey | undefined;
}): Pick<ChurnReport['keys'][number], 'key' | 'group' | 'resource' | 'namespace' | 'name'> {
  const { group = '', resource: plural = '', namespace = '', name = '' } = resource ?? {};
  return { key, group, resource: plural, namespace, name };
}
