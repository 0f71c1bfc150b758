import { problem, type ErrorCatalogue } from '../errors/problem.ts';

export const kubeErrors = {
  noConfig: problem(
    'KUBE_NO_CONFIG',
    (why: string) =>
      `there is no cluster to ask (${why}): give --kubeconfig FILE, set KUBECONFIG, or run in a pod with a service account`,
    2,
  ),
  noContext: problem(
    'KUBE_NO_CONTEXT',
    (context: string, known: string) => `the kubeconfig has no context "${context}": it has ${known || 'none'}`,
    2,
  ),
  unreachable: problem(
    'KUBE_UNREACHABLE',
    (server: string, why: string) =>
      `the API server at ${server} does not answer (${why}): check the address and the network`,
  ),
  untrusted: problem(
    'KUBE_UNTRUSTED',
    (server: string, why: string) =>
      `the certificate of the API server at ${server} is not to be trusted (${why}): check certificate-authority in the kubeconfig`,
  ),
  unauthorized: problem(
    'KUBE_UNAUTHORIZED',
    (server: string) =>
      `the API server at ${server} does not know us (401): log in again, or check the token in the kubeconfig`,
  ),
  forbidden: problem('KUBE_FORBIDDEN', (what: string, message: string) => `${what} is not allowed: ${message}`),
  refused: problem(
    'KUBE_REFUSED',
    (what: string, status: number, message: string) => `${what} failed with status ${status}: ${message}`,
  ),
  noPort: problem(
    'KUBE_PORT_FORWARD',
    (pod: string, why: string) => `no connection to ${pod} through a port-forward: ${why}`,
  ),
} satisfies ErrorCatalogue;
