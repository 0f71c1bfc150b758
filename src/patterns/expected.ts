import type { ResourceKey } from '../model/resource.ts';

/** Writes that belong to a healthy cluster. */
export interface Expected {
  readonly why: string;
  readonly group: string;
  readonly resource: string;
  /** Up to how many a minute; more is no longer expected. */
  readonly perMinute: number;
  /** `rate`: patterns that judge a rate leave it alone. `all`: every pattern does, fights included. */
  readonly silences: 'rate' | 'all';
}

/** Legitimate churn, by resource. Rates: Kubernetes' defaults with a margin of two. */
const expected: readonly Expected[] = [
  {
    group: 'coordination.k8s.io',
    resource: 'leases',
    perMinute: 60,
    silences: 'all',
    why: 'nodes renew their lease every 10 s, electors every 2 s',
  },
  {
    group: '',
    resource: 'masterleases',
    perMinute: 60,
    silences: 'all',
    why: 'each API server renews its own every 10 s',
  },
  {
    group: '',
    resource: 'peerserverleases',
    perMinute: 60,
    silences: 'all',
    why: 'each API server renews its own every 10 s',
  },
  {
    group: '',
    resource: 'compact_rev_key',
    perMinute: 12,
    silences: 'all',
    why: 'API servers agree on compaction every 5 min',
  },
  {
    group: '',
    resource: 'ranges',
    perMinute: Infinity,
    silences: 'all',
    why: 'allocation bitmaps move with every Service',
  },
  {
    group: 'autoscaling',
    resource: 'horizontalpodautoscalers',
    perMinute: 12,
    silences: 'rate',
    why: 'a synchronisation every 15 s, with metrics in status',
  },
  {
    group: 'longhorn.io',
    resource: 'engines',
    perMinute: 12,
    silences: 'rate',
    why: 'Longhorn refreshes engine status every 5 s',
  },
  {
    group: 'longhorn.io',
    resource: 'volumes',
    perMinute: 12,
    silences: 'rate',
    why: 'the used space of a volume follows that of its engine',
  },
  {
    group: '',
    resource: 'nodes',
    perMinute: Infinity,
    silences: 'rate',
    why: 'a kubelet states its health in the status of its node',
  },
  {
    group: 'batch',
    resource: 'cronjobs',
    perMinute: Infinity,
    silences: 'rate',
    why: 'its status says when a job of it was started and done; the jobs are counted',
  },
  {
    group: '',
    resource: 'events',
    perMinute: Infinity,
    silences: 'rate',
    why: 'repeats of an Event update it; floods are counted by reporter',
  },
];

export function isAutoscaler({ group, resource }: Pick<ResourceKey, 'group' | 'resource'>): boolean {
  return group === 'autoscaling' && resource === 'horizontalpodautoscalers';
}

/** Why writes of a resource at this rate are no news, if so. An unknown rate counts as a modest one. */
export function expectedChurn(
  { group, resource }: Pick<ResourceKey, 'group' | 'resource'>,
  perMinute: number | undefined,
): Expected | undefined {
  return expected.find(
    (entry) => entry.group === group && entry.resource === resource && (perMinute ?? 0) <= entry.perMinute,
  );
}

/** Events of things that happen once: as many as there are pods, jobs and scalings. The things are counted, not their announcements. */
export const lifecycleReasons: ReadonlySet<string> = new Set([
  ...[
    'Scheduled',
    'Pulling',
    'Pulled',
    'Created',
    'Started',
    'Killing',
    'SuccessfulCreate',
    'SuccessfulDelete',
    'SuccessfulUpdate',
  ],
  ...[
    'Completed',
    'SawCompletedJob',
    'JobAlreadyActive',
    'ScalingReplicaSet',
    'SuccessfulRescale',
    'LeaderElection',
    'NoPods',
  ],
  ...[
    'RegisteredNode',
    'NodeReady',
    'NodeNotReady',
    'NodeHasSufficientMemory',
    'NodeHasNoDiskPressure',
    'NodeHasSufficientPID',
    'NodeAllocatableEnforced',
    'Starting',
  ],
  ...[
    'SuccessfulAttachVolume',
    'SuccessfulMountVolume',
    'ExternalProvisioning',
    'Provisioning',
    'ProvisioningSucceeded',
    'WaitForFirstConsumer',
  ],
]);
