import { whyUnsound } from '../plan/health.ts';
import { graveAlarms, type Seen } from '../plan/seen.ts';
import type { Ports } from '../ports.ts';
import { isOutcomeUnknown, sentenceOf } from './outcomes.ts';

const between = 500;

/** The cluster as soon as every voter answers, has caught up and can be read through; else why not, after the run's patience. */
export async function soundCluster(ports: Ports): Promise<{ readonly seen: Seen } | { readonly whyNot: string }> {
  const { clock, pace, signal } = ports;
  const began = clock.now();
  for (;;) {
    const { seen, whyNot } = await lookOnce(ports);
    if (seen && whyNot === undefined) return { seen };
    // Neither cures itself.
    if (seen && (seen.strangers.length > 0 || graveAlarms(seen).length > 0)) return { whyNot: whyNot! };
    if (clock.now() - began > pace.patience) return { whyNot: whyNot ?? 'the cluster did not become sound' };
    await clock.wait(between, signal);
  }
}

async function lookOnce({ cluster }: Ports): Promise<{ seen?: Seen; whyNot?: string }> {
  try {
    const seen = await cluster.look();
    const busy = seen.members.find(({ defragmenting }) => defragmenting);
    const reasons = [...whyUnsound(seen), ...(busy ? [`a defragmentation of ${busy.name} is running`] : [])];
    return reasons.length === 0 ? { seen } : { seen, whyNot: reasons.join('; ') };
  } catch (error) {
    if (isOutcomeUnknown(error)) return { whyNot: sentenceOf(error) };
    throw error;
  }
}
