import { targetErrors } from './errors.ts';
import { k3s } from './k3s.ts';
import { kubeadm } from './kubeadm.ts';
import { rke2 } from './rke2.ts';
import type { Target } from './target.ts';
import { vclusterOf, type VCluster } from './vcluster.ts';

/** RFC 1123, which namespaces and releases keep to. */
const vclusterTarget = /^vcluster\/([a-z0-9](?:[-a-z0-9]*[a-z0-9])?)\/([a-z0-9](?:[-a-z0-9]*[a-z0-9])?)$/;

/** Those on whose own nodes they are maintained. */
export const hostTargets: readonly Target[] = [kubeadm, k3s, rke2];

/** `--target`: one that is known whole, or a vCluster of which is still to be found what it runs on. Throws targetErrors. */
export function parseTarget(text: string): Target | VCluster {
  const known = hostTargets.find(({ name }) => name === text);
  if (known) return known;
  const [, namespace, release] = vclusterTarget.exec(text) ?? [];
  if (namespace === undefined || release === undefined) throw targetErrors.unknown(text);
  return vclusterOf(namespace, release);
}
