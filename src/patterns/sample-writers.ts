import type { FindingWriter } from '../model/finding.ts';
import type { ObservedObject } from './observed.ts';

/** Who wrote a sample of keys: first values and the changes after them. Counts are of the sample only, hence the low confidence. */
export function samplesWriters(samples: readonly ObservedObject[]): FindingWriter[] {
  const writers = new Map<string, FindingWriter>();
  const add = (writer: Pick<FindingWriter, 'name' | 'kind'>, writes: number): void => {
    const id = `${writer.kind} ${writer.name}`;
    writers.set(id, {
      name: writer.name,
      kind: writer.kind,
      confidence: 'low',
      writes: (writers.get(id)?.writes ?? 0) + writes,
    });
  };
  for (const { count, changes } of samples) {
    if (count.writer) add(count.writer, 1);
    for (const { writer, writes } of changes.writers) add(writer, writes);
  }
  return [...writers.values()].sort((a, b) => b.writes - a.writes || (a.name < b.name ? -1 : 1)).slice(0, 5);
}
