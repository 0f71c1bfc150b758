import { bytes, duration } from '../words/units.ts';
import type { Journal } from './journal.ts';
import { memberLimits, worthDefragmenting } from './plan/decide.ts';
import { blockedMillis, exceedsProbes } from './plan/estimate.ts';
import { leaderOf } from './plan/health.ts';
import { armedFor, nameOf, votersOf, type AnsweringMember } from './plan/seen.ts';
import { nextTurn } from './plan/turns.ts';
import type { Lock, Ports } from './ports.ts';
import type { Progress } from './progress.ts';
import { defragmentMember } from './steps/defragment.ts';
import { soundCluster } from './steps/gate.ts';
import { moveLeadership } from './steps/move-leader.ts';
import { whyFull } from './why-full.ts';

/** One member at a time, who is next being decided afresh before each turn. */
export async function defragmentVoters(
  planned: readonly AnsweringMember[],
  lock: Lock,
  journal: Journal,
  ports: Ports,
  progress: Progress,
): Promise<void> {
  const { settings, pace, clock, signal } = ports;
  let sound = await soundCluster(ports);
  const done = new Set<string>();
  let measured: { bytes: number; milliseconds: number } | undefined;
  for (;;) {
    if ('whyNot' in sound) {
      progress.halted = { outcome: 'failed', why: sound.whyNot };
      return;
    }
    const { seen } = sound;
    const full = whyFull(seen, ports, progress);
    if (full !== undefined) {
      progress.halted = { outcome: 'refused', why: full };
      return;
    }
    const waiting = planned.map(({ id }) => id).filter((id) => !done.has(id));
    const member = nextTurn(seen, waiting);
    if (!member) return;
    const limits = memberLimits(member, settings, progress.growthPerMinute);
    const isArmed = armedFor(seen, 'NOSPACE').length > 0;
    const { worth, why } = limits
      ? worthDefragmenting(member, limits, isArmed)
      : { worth: false, why: 'its quota is unknown' };
    const estimate = blockedMillis(member.state.inUseBytes, measured);
    if (!worth) {
      await journal.note('defragment', nameOf(member), async () => ({ result: 'skipped', why }));
      done.add(member.id);
      continue;
    }
    const unsafe = whyUnsafe(member, estimate, ports);
    if (unsafe !== undefined) {
      await journal.note('defragment', nameOf(member), async () => ({ result: 'refused', why: unsafe }));
      progress.halted = { outcome: 'refused', why: unsafe };
      return;
    }
    if (leaderOf(seen)?.id === member.id && votersOf(seen).length > 1) {
      const moved = await journal.note('move-leader', nameOf(member), () =>
        moveLeadership(member, seen, new Set(waiting), ports),
      );
      if (moved.result !== 'done' && !settings.acceptOutage) {
        progress.halted = {
          outcome: 'failed',
          why: `${moved.why}; with --accept-outage it is defragmented while it leads`,
        };
        return;
      }
      if (!moved.seen) {
        sound = await soundCluster(ports);
        if ('whyNot' in sound) continue;
      }
    }
    signal.throwIfAborted();
    if (!lock.isHeld()) {
      progress.halted = {
        outcome: 'failed',
        why: 'somebody else took the lock over, because this process had stopped: run it again',
      };
      return;
    }
    const began = clock.now();
    ports.tell(`defragmenting ${nameOf(member)}, at most ${duration(estimate)}`);
    const turn = await journal.note('defragment', nameOf(member), () => defragmentMember(member, ports));
    progress.turns.set(member.id, { seconds: (clock.now() - began) / 1000, blockedMs: turn.blockedMs });
    done.add(member.id);
    if (turn.result === 'unknown' || turn.result === 'failed') {
      progress.halted = { outcome: 'failed', why: turn.why };
      return;
    }
    progress.defragmented += 1;
    measured = { bytes: Math.max(1, member.state.inUseBytes), milliseconds: turn.blockedMs };
    if (waiting.length > 1) await clock.wait(pace.pause, signal);
    sound = await soundCluster(ports);
  }
}

function whyUnsafe({ state, name }: AnsweringMember, estimate: number, { settings }: Ports): string | undefined {
  if (exceedsProbes(estimate, settings.probeBudgetMs))
    return (
      `${name} would be blocked for up to ${duration(estimate)}, more than half of the ${duration(settings.probeBudgetMs ?? 0)} after which its kubelet kills it: ` +
      'raise failureThreshold of its livenessProbe (kubeadm: /etc/kubernetes/manifests/etcd.yaml), or stop it and run etcdutl defrag --data-dir'
    );
  const free = state.freeDiskBytes ?? settings.freeDiskBytes ?? null;
  const needed = Math.ceil(state.inUseBytes * 1.2);
  if (free !== null && free < needed)
    return `the disk of ${name} has ${bytes(free)} free, and a defragmentation needs ${bytes(needed)}: make room there first`;
  return undefined;
}
