import { disarmNoSpace, listAlarms } from '../../etcd/maintenance-calls.ts';
import { listed } from '../../words/listed.ts';
import { bytes } from '../../words/units.ts';
import type { StepOutcome } from '../journal.ts';
import { memberLimits } from '../plan/decide.ts';
import { alarmNames, leaderOf, nameById } from '../plan/health.ts';
import { wayOut } from '../plan/learners.ts';
import { armedFor, graveAlarms, isAnswering, nameOf, type Seen } from '../plan/seen.ts';
import type { Ports } from '../ports.ts';
import { askAgain } from './ask-again.ts';

/**
 * Disarms each (member, NOSPACE) pair, nothing else, once every member's file is small enough not to arm it again. Never
 * beside another alarm: before etcd 3.6 the last NOSPACE takes the refusals of CORRUPT along (etcdserver/apply.go Alarm).
 */
export async function disarm(seen: Seen, growthPerMinute: number, ports: Ports): Promise<StepOutcome> {
  const blocking = seen.members.flatMap((member) => {
    if (!isAnswering(member)) return [`${nameOf(member)} does not answer, so that its size is unknown`];
    const limits = memberLimits(member, ports.settings, growthPerMinute);
    if (limits && member.state.sizeBytes < limits.safeBytes) return [];
    if (member.isLearner) return [wayOut(member)];
    return [`${nameOf(member)} holds ${bytes(member.state.sizeBytes)}, and would arm it again`];
  });
  if (blocking.length > 0) return { result: 'refused', why: blocking.join('; ') };
  return askAgain(() => disarmAll(seen, ports), ports);
}

async function disarmAll(seen: Seen, { cluster }: Ports): Promise<StepOutcome> {
  const armed = armedFor(seen, 'NOSPACE');
  const leader = cluster.member((leaderOf(seen) ?? seen.members.find(isAnswering)!).id);
  const grave = graveAlarms({ alarms: [...seen.alarms, ...(await listAlarms(leader))] });
  if (grave.length > 0) {
    const others = listed(alarmNames({ members: seen.members, alarms: grave }));
    return {
      result: 'refused',
      why: `NOSPACE stays armed, because ${others} is too: without it, members whose data differs might take writes`,
    };
  }
  for (const id of armed.filter((each) => each !== '0')) await disarmNoSpace(leader, id);
  const left = (await listAlarms(leader)).filter(({ alarm }) => alarm === 'NOSPACE');
  const names = listed(armed.map((id) => nameById(seen, id)));
  return left.length === 0
    ? { result: 'done', why: `NOSPACE of ${names} is disarmed; none is left` }
    : {
        result: 'failed',
        why: `NOSPACE is armed again for ${listed(left.map(({ memberId }) => nameById(seen, memberId)))}`,
      };
}
