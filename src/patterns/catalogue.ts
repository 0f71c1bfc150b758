import type { Pattern } from './define-pattern.ts';
import { annotationHeartbeat } from './catalogue/annotation-heartbeat.ts';
import { argocdApplicationChurn } from './catalogue/argocd-application-churn.ts';
import { bulkReports } from './catalogue/bulk-reports.ts';
import { certManagerReissueLoop } from './catalogue/cert-manager-reissue-loop.ts';
import { ciliumIdentityChurn } from './catalogue/cilium-identity-churn.ts';
import { conflictStorm } from './catalogue/conflict-storm.ts';
import { defaultingLoop } from './catalogue/defaulting-loop.ts';
import { endpointsElection } from './catalogue/endpoints-election.ts';
import { endpointsliceFlap } from './catalogue/endpointslice-flap.ts';
import { eventFlood } from './catalogue/event-flood.ts';
import { fieldFight } from './catalogue/field-fight.ts';
import { helmReleaseGrowth } from './catalogue/helm-release-growth.ts';
import { hpaStatus } from './catalogue/hpa-status.ts';
import { kyvernoReportFlood } from './catalogue/kyverno-report-flood.ts';
import { kyvernoUpdateRequestBacklog } from './catalogue/kyverno-updaterequest-backlog.ts';
import { leaseFlood } from './catalogue/lease-flood.ts';
import { longhornChurn } from './catalogue/longhorn-churn.ts';
import { nodeBloat } from './catalogue/node-bloat.ts';
import { ownershipPingPong } from './catalogue/ownership-ping-pong.ts';
import { podChurn } from './catalogue/pod-churn.ts';
import { podRestartStorm } from './catalogue/pod-restart-storm.ts';
import { policyReportRewrite } from './catalogue/policy-report-rewrite.ts';
import { replicasFight } from './catalogue/replicas-fight.ts';
import { statusSelfTrigger } from './catalogue/status-self-trigger.ts';
import { unboundedGrowth } from './catalogue/unbounded-growth.ts';
import { vclusterErrorLoop } from './catalogue/vcluster-error-loop.ts';
import { vclusterRecreateLoop } from './catalogue/vcluster-recreate-loop.ts';
import { vclusterSyncLoop } from './catalogue/vcluster-sync-loop.ts';
import { vpaChurn } from './catalogue/vpa-churn.ts';
import { webhookConfigFight } from './catalogue/webhook-config-fight.ts';

/** Every pattern there is. A new one is a new file, its test, and a line here. */
export const catalogue: readonly Pattern[] = [
  annotationHeartbeat,
  argocdApplicationChurn,
  bulkReports,
  certManagerReissueLoop,
  ciliumIdentityChurn,
  conflictStorm,
  defaultingLoop,
  endpointsElection,
  endpointsliceFlap,
  eventFlood,
  fieldFight,
  helmReleaseGrowth,
  hpaStatus,
  kyvernoReportFlood,
  kyvernoUpdateRequestBacklog,
  leaseFlood,
  longhornChurn,
  nodeBloat,
  ownershipPingPong,
  podChurn,
  podRestartStorm,
  policyReportRewrite,
  replicasFight,
  statusSelfTrigger,
  unboundedGrowth,
  vclusterErrorLoop,
  vclusterRecreateLoop,
  vclusterSyncLoop,
  vpaChurn,
  webhookConfigFight,
];
