import { bytes } from '../../words/units.ts';
import { memberLimits } from './decide.ts';
import { armedFor, isAnswering, nameOf, type AnsweringMember, type Seen } from './seen.ts';
import type { MaintenanceSettings } from './settings.ts';

/** A learner can be neither defragmented nor left alone: with its file over the line it arms the alarm again. */
export function learnerRefusals(seen: Seen, settings: MaintenanceSettings): string[] {
  if (armedFor(seen, 'NOSPACE').length === 0) return [];
  return seen.members.filter(isAnswering).flatMap((member) => {
    const limits = memberLimits(member, settings);
    return member.isLearner && limits && member.state.sizeBytes >= limits.safeBytes ? [wayOut(member)] : [];
  });
}

export function wayOut(learner: AnsweringMember): string {
  const id = BigInt(learner.id).toString(16); // as etcdctl takes it
  return (
    `learner ${nameOf(learner)} holds ${bytes(learner.state.sizeBytes)} and would arm the alarm again, since etcd defragments no learner: ` +
    `promote it (etcdctl member promote ${id}) or remove it (etcdctl member remove ${id}), then run this again`
  );
}
