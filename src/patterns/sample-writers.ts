import type { FindingWriter } from '../model/finding.ts';
import type { Writer } from '../model/writer.ts';
import type { ObservedObject } from './observed.ts';

/** Writes of the keys a sample was taken of. */
interface Sampled {
  readonly writes: number;
  readonly deletes: number;
}

/**
 * Who wrote many keys, judged by a sample of them: their first values, the changes after them and, where a log tells,
 * their deletions. What the sample shows is scaled to all of them, hence the low confidence.
 */
export function samplesWriters(samples: readonly ObservedObject[], all: Sampled): FindingWriter[] {
  const seen = new Map<string, { readonly writer: Pick<Writer, 'name' | 'kind'>; writes: number }>();
  const add = (writer: Pick<Writer, 'name' | 'kind'>, writes: number): void => {
    const id = `${writer.kind} ${writer.name}`;
    const known = seen.get(id);
    if (known) known.writes += writes;
    else seen.set(id, { writer, writes });
  };
  let tellsDeletions = false;
  for (const { count, changes } of samples) {
    if (count.writer) add(count.writer, 1);
    for (const { writer, writes } of changes.writers) add(writer, writes);
    for (const { writer, writes } of changes.removers) add(writer, writes);
    tellsDeletions ||= changes.removers.length > 0;
  }
  const shown = [...seen.values()].reduce((sum, { writes }) => sum + writes, 0);
  const scale = Math.max(1, (tellsDeletions ? all.writes : all.writes - all.deletes) / shown);
  return [...seen.values()]
    .map(({ writer: { name, kind }, writes }) => ({
      ...{ name, kind, confidence: 'low' as const },
      writes: Math.round(writes * scale),
    }))
    .sort((a, b) => b.writes - a.writes || (a.name < b.name ? -1 : 1))
    .slice(0, 5);
}
