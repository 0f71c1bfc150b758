import type { Millis } from '../../../model/write.ts';
import type { Target } from '../../targets/target.ts';

/** Or why it is not known: one clause. */
export type Known<Value> = { readonly known: Value } | { readonly why: string };

/** All that the checks of a cluster judge, read beforehand. */
export interface ClusterSeen {
  readonly now: Millis;
  /** As the API server states it: `v1.36.3`. */
  readonly version: string;
  /** Deployments of ours in any namespace. */
  readonly deployments: Known<readonly SeenDeployment[]>;
  /** Every webhook of ours that is registered. */
  readonly hooks: Known<readonly SeenHook[]>;
  /** Where those lead, each place once. */
  readonly backends: readonly SeenBackend[];
  readonly probe: Known<SeenProbe>;
  /** What an analyzer says of itself; undefined where none is ready. */
  readonly analyzer: Known<SeenAnalyzer | undefined>;
  /** Which replica speaks; undefined where there is no Lease. */
  readonly lease: Known<SeenLease | undefined>;
  /** Whether whoever runs this may do what commands need. */
  readonly rights: Known<readonly SeenRight[]>;
  readonly etcds: Known<readonly SeenEtcd[]>;
  /** vClusters whose etcd, if they have one, is set up in a file that the API does not show: `team-a/shop`. */
  readonly vclusters: readonly string[];
  /** Flags of each kube-apiserver that runs as a static pod. */
  readonly apiServers: Known<readonly SeenProgram[]>;
}

export interface SeenDeployment {
  readonly component: string;
  readonly namespace: string;
  readonly name: string;
  readonly wanted: number;
  readonly ready: number;
}

export interface SeenHook {
  /** Of the ValidatingWebhookConfiguration. */
  readonly configuration: string;
  readonly name: string;
  readonly failurePolicy: string;
  readonly timeoutSeconds: number;
}

export interface SeenBackend {
  /** `Service kubechurn/kubechurn-webhook`, or its URL. */
  readonly name: string;
  readonly namespace: string | undefined;
  /** Addresses behind the Service by whether they are ready; undefined for a URL. */
  readonly endpoints: Known<{ readonly ready: number; readonly unready: number }> | undefined;
  /** Whether the configuration says whom to trust; without it the machine's own authorities count. */
  readonly hasBundle: boolean;
  readonly served: Known<Served>;
}

/** What came of a call over TLS, trusted or not. */
export interface Served {
  /** Why the caBundle does not vouch for what is served; undefined where it does. */
  readonly distrust: string | undefined;
  readonly validTo: Millis;
  /** Of `/readyz`. */
  readonly status: number;
  readonly said: string;
}

export interface SeenProbe {
  readonly namespace: string;
  /** The webhook's own answer came back as a warning. */
  readonly warned: boolean;
  /** Calls that this API server gave up in between; undefined where its metrics may not be read. */
  readonly failedOpen: number | undefined;
}

export interface SeenAnalyzer {
  /** Where it was asked. */
  readonly name: string;
  readonly since: Millis;
  readonly synced: boolean;
  readonly isEtcd: boolean;
  readonly coverage: { readonly counted: number; readonly growth: number };
  readonly resources: readonly SeenWatch[];
  readonly notSeen: readonly string[];
  /** Requests that webhooks sent, and those they dropped. */
  readonly requests: { readonly received: number; readonly dropped: number };
}

export interface SeenWatch {
  readonly group: string;
  readonly resource: string;
  /** `watching`, `listing`, `retrying`, `forbidden`. */
  readonly state: string;
  readonly why: string;
}

export interface SeenLease {
  readonly name: string;
  /** "" where nobody holds it. */
  readonly holder: string;
  readonly renewedAt: Millis;
  readonly seconds: number;
}

export interface SeenRight {
  readonly verb: string;
  /** With its subresource after a slash. */
  readonly resource: string;
  readonly group: string;
  readonly namespace?: string;
  /** In place of a resource. */
  readonly path?: string;
  /** What cannot be done without it. */
  readonly purpose: string;
  readonly allowed: boolean;
}

export interface SeenProgram {
  /** `kube-system/etcd-node-1`. */
  readonly name: string;
  readonly flags: ReadonlyMap<string, string>;
}

export interface SeenEtcd extends SeenProgram {
  /** How its settings are changed. */
  readonly target: Target;
}
