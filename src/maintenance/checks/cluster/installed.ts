import { listed } from '../../../words/listed.ts';
import { failed, ok, skipped, warning } from '../define-check.ts';
import { valueOf, type ClusterCheck } from './needs.ts';
import type { ClusterSeen, SeenDeployment } from './seen.ts';

export const howToInstall = 'helm upgrade --install kubechurn chart --namespace kubechurn --create-namespace';

/** The line that shows what a component says. */
export function logOf(component: string, namespace = 'NAMESPACE'): string {
  return `kubectl -n ${namespace} logs -l app.kubernetes.io/component=${component}`;
}

/** Those of one component; [] where that cannot be read. */
export function deployed({ deployments }: ClusterSeen, component: string): readonly SeenDeployment[] {
  return (valueOf(deployments) ?? []).filter((each) => each.component === component);
}

export const serverVersion: ClusterCheck = {
  category: 'cluster',
  name: 'version of Kubernetes',
  needs: [],
  looksAt: 'what the API server states',
  failsWhen: 'it is below 1.28: it ignores matchConditions, so the webhook would be handed tokens',
  judge({ version }) {
    const [, major, minor] = /^v(\d+)\.(\d+)/.exec(version) ?? [];
    if (major === undefined) return skipped(`unknown: the API server says "${version}"`);
    const isOld = Number(major) === 1 && Number(minor) < 28;
    return isOld
      ? failed(`${version} ignores matchConditions`, 'upgrade Kubernetes, or set webhook.enabled=false in the chart')
      : ok(version);
  },
};

export const pods: ClusterCheck = {
  category: 'cluster',
  name: 'pods of kubechurn',
  needs: ['Deployments'],
  looksAt: 'the Deployments with the label app.kubernetes.io/name=kubechurn, in every namespace',
  warnsWhen: 'one has fewer ready pods than it wants',
  failsWhen: 'one has none',
  judge({ deployments }) {
    const all = valueOf(deployments) ?? [];
    if (all.length === 0)
      return skipped('kubechurn is not installed in this cluster', `to install it:\n${howToInstall}`);
    const short = all.filter(({ ready, wanted }) => ready < wanted);
    const said = listed(all.map(({ name, ready, wanted }) => `${name} ${ready} of ${wanted}`));
    if (short.length === 0) return ok(said);
    const hint = short.map(({ namespace, name }) => `kubectl -n ${namespace} describe deployment ${name}`).join('\n');
    const isGone = short.some(({ ready }) => ready === 0);
    return (isGone ? failed : warning)(`ready: ${said}`, `see why its pods are not ready:\n${hint}`);
  },
};
