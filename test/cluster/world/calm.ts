import { controllerManagerRestart, elections, nodes } from './calm/cluster.ts';
import { rollout, slowAutoscaler } from './calm/workloads.ts';
import type { Calm } from './scenario.ts';

/** All that is as it should be, in the order in which it is made: pods need nodes. */
export const calm: readonly Calm[] = [nodes, rollout, slowAutoscaler, elections, controllerManagerRestart];
