import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Whether kubectl would know a cluster without being told one. Apart from the rest, since client-node takes half a second to load. */
export function hasKubeconfig(environment: Readonly<Record<string, string | undefined>>): boolean {
  const { KUBECONFIG = '', KUBERNETES_SERVICE_HOST = '', HOME = '' } = environment;
  if (KUBECONFIG !== '' || KUBERNETES_SERVICE_HOST !== '') return true;
  return HOME !== '' && existsSync(join(HOME, '.kube', 'config'));
}
