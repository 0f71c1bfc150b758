import { parse } from 'yaml';

/** `deployed`: an etcd of its own; `embedded`: an etcd in the vCluster's pods; `other`: kine on sqlite or an SQL server. */
export type BackingStore = 'deployed' | 'embedded' | 'other';

/** What a vcluster.yaml, with its defaults merged in, says the virtual cluster is kept in; undefined where it is no YAML. */
export function backingStoreIn(text: string): BackingStore | undefined {
  try {
    const etcd = ['controlPlane', 'backingStore', 'etcd'].reduce(field, parse(text) as unknown);
    const isOn = (kind: string): boolean => field(field(etcd, kind), 'enabled') === true;
    return isOn('embedded') ? 'embedded' : isOn('deploy') ? 'deployed' : 'other';
  } catch {
    return undefined;
  }
}

function field(of: unknown, name: string): unknown {
  return of instanceof Object ? Object.getOwnPropertyDescriptor(of, name)?.value : undefined;
}
