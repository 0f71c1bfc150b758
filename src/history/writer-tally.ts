import type { Writer } from '../model/writer.ts';
import type { WriterShare } from './changes.ts';

/** Counts writes by writer. */
export class WriterTally {
  readonly #counts = new Map<string, { writer: Writer; writes: number }>();

  add(writer: Writer, writes = 1): void {
    const id = `${writer.kind}\0${writer.name}`;
    const entry = this.#counts.get(id);
    if (entry) entry.writes += writes;
    else this.#counts.set(id, { writer, writes });
  }

  /** Most writes first, then by name. */
  shares(): readonly WriterShare[] {
    return [...this.#counts.values()].sort((a, b) => b.writes - a.writes || (a.writer.name < b.writer.name ? -1 : 1));
  }
}
