import type { KeyCount, WriterCount } from '../model/counts.ts';
import type { Changes } from './changes.ts';

/** A key whose revisions were read, not only its first one. */
export interface ReadKey {
  readonly count: KeyCount;
  readonly changes: Changes;
}

/**
 * The writers' counts after reading keys in full. A first pass gives all of a key's writes to whoever made its first
 * revision; what the others changed moves over to them, and what was read is no longer in doubt.
 */
export function refineWriters(writers: readonly WriterCount[], read: readonly ReadKey[]): WriterCount[] {
  const counts = new Map(writers.map((count) => [count.writer.name, { ...count }]));
  // By name: in what order keys were met is up to the threads.
  for (const { count, changes } of read.toSorted((a, b) => (a.count.key < b.count.key ? -1 : 1))) {
    const first = count.writer && counts.get(count.writer.name);
    if (!first || changes.gaps > 0) continue;
    first.error = Math.max(0, first.error - (count.writes - 1));
    const resource = count.resource
      ? [count.resource.resource, count.resource.group].filter(Boolean).join('.')
      : count.prefix;
    for (const { writer, writes } of changes.writers) {
      if (writer.name === first.writer.name) continue;
      const other = counts.get(writer.name) ?? {
        writer,
        writes: 0,
        creates: 0,
        deletes: 0,
        bytes: 0,
        resources: [],
        error: 0,
      };
      const moved = Math.min(writes, first.writes);
      counts.set(writer.name, {
        ...other,
        writes: other.writes + moved,
        resources: other.resources.includes(resource) ? other.resources : [...other.resources, resource],
      });
      first.writes -= moved;
    }
  }
  return [...counts.values()].sort((a, b) => b.writes - a.writes || (a.writer.name < b.writer.name ? -1 : 1));
}
