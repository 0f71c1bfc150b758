import type { Pattern } from './define-pattern.ts';
import { annotationHeartbeat } from './catalogue/annotation-heartbeat.ts';
import { eventFlood } from './catalogue/event-flood.ts';
import { fieldFight } from './catalogue/field-fight.ts';
import { kyvernoReportFlood } from './catalogue/kyverno-report-flood.ts';
import { podChurn } from './catalogue/pod-churn.ts';
import { podRestartStorm } from './catalogue/pod-restart-storm.ts';
import { policyReportRewrite } from './catalogue/policy-report-rewrite.ts';
import { statusSelfTrigger } from './catalogue/status-self-trigger.ts';
import { vclusterSyncLoop } from './catalogue/vcluster-sync-loop.ts';

/** Every pattern there is. A new one is a new file, its test, and a line here. */
export const catalogue: readonly Pattern[] = [
  annotationHeartbeat,
  eventFlood,
  fieldFight,
  kyvernoReportFlood,
  podChurn,
  podRestartStorm,
  policyReportRewrite,
  statusSelfTrigger,
  vclusterSyncLoop,
];
