import type { ThresholdSettings } from '../../patterns/find-causes.ts';

/**
 * What is seen change by change needs no three minutes to be told from a burst: these patterns rest on the shape of the
 * changes, or on what comes and goes again, and a resync after a restart is over in half a minute. Patterns that judge a
 * rate alone keep their patience.
 */
const provenByShape = [
  'annotation-heartbeat',
  'argocd-application-churn',
  'defaulting-loop',
  'endpoints-election',
  'endpointslice-flap',
  'event-flood',
  'field-fight',
  'kyverno-report-flood',
  'ownership-ping-pong',
  'pod-churn',
  'pod-restart-storm',
  'policy-report-rewrite',
  'replicas-fight',
  'status-self-trigger',
  'vcluster-sync-loop',
  'webhook-config-fight',
] as const;

const sustainedMinutes = 0.6;

/** Both, where both say something the second. */
export function withThresholds(ours: ThresholdSettings, theirs: ThresholdSettings = {}): ThresholdSettings {
  const ids = new Set([...Object.keys(ours), ...Object.keys(theirs)]);
  return Object.fromEntries([...ids].map((id) => [id, { ...ours[id], ...theirs[id] }]));
}

/** Other thresholds than the patterns' own, where a cluster is watched live. */
export const liveThresholds: ThresholdSettings = {
  ...Object.fromEntries(provenByShape.map((id) => [id, { sustainedMinutes }])),
  'annotation-heartbeat': { sustainedMinutes, changes: 20 },
};
