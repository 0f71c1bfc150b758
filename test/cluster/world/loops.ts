import { coreEvents, newerEvents } from './loops/events.ts';
import { heartbeat, statusEcho } from './loops/echoes.ts';
import { appliedField, replicas, webhookBundle } from './loops/fights.ts';
import { helmUpgrades } from './loops/helm.ts';
import { kyvernoReports } from './loops/kyverno.ts';
import { jobStorm, recreatedPods } from './loops/pods.ts';
import { recreateLoop, syncLoop } from './loops/vcluster.ts';
import type { Loop } from './scenario.ts';

/** All that is planted. */
export const loops: readonly Loop[] = [
  recreatedPods,
  jobStorm,
  replicas,
  appliedField,
  statusEcho,
  heartbeat,
  webhookBundle,
  coreEvents,
  newerEvents,
  kyvernoReports,
  syncLoop,
  recreateLoop,
  helmUpgrades,
];
