import type { Check } from '../define-check.ts';
import type { ClusterSeen, Known } from './seen.ts';

/** What must have been seen before a check can say anything. */
export type ClusterNeed =
  | 'Deployments'
  | 'the registration'
  | 'a registration'
  | 'the trial'
  | 'an analyzer'
  | 'the Lease'
  | 'rights'
  | 'flags of etcd'
  | 'flags of kube-apiserver';

export type ClusterCheck = Check<ClusterSeen, ClusterNeed>;

const unknown = (known: Known<unknown>): string | undefined => ('why' in known ? `unknown: ${known.why}` : undefined);

/** Why a need is not met; undefined where it is. */
export const lacks: Readonly<Record<ClusterNeed, (seen: ClusterSeen) => string | undefined>> = {
  Deployments: ({ deployments }) => unknown(deployments),
  'the registration': ({ hooks }) => unknown(hooks),
  'a registration': ({ hooks }) =>
    unknown(hooks) ?? (valueOf(hooks)?.length === 0 ? 'no webhook of kubechurn is registered' : undefined),
  'the trial': ({ probe }) => unknown(probe),
  'an analyzer': ({ analyzer }) =>
    unknown(analyzer) ?? (valueOf(analyzer) === undefined ? 'no analyzer is ready' : undefined),
  'the Lease': ({ lease }) => unknown(lease),
  rights: ({ rights }) => unknown(rights),
  'flags of etcd': ({ etcds }) => unknown(etcds),
  'flags of kube-apiserver': ({ apiServers }) => unknown(apiServers),
};

export function valueOf<Value>(known: Known<Value>): Value | undefined {
  return 'known' in known ? known.known : undefined;
}
