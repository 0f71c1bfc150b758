import type { Writer } from '../model/writer.ts';
import type { WriterShare } from './changes.ts';

/** Counts writes by writer. */
export class WriterTally {
  readonly #counts = new Map<string, { writer: Writer; writes: number }>();
  /** Asked first: one revision is the work of one writer, however many fields it changed. */
  #last: { writer: Writer; writes: number } | undefined;

  add(writer: Writer, writes = 1): void {
    if (this.#last?.writer.name !== writer.name || this.#last.writer.kind !== writer.kind)
      this.#last = this.#of(writer);
    this.#last.writes += writes;
  }

  #of(writer: Writer): { writer: Writer; writes: number } {
    const id = `${writer.kind}\0${writer.name}`;
    let entry = this.#counts.get(id);
    if (!entry) this.#counts.set(id, (entry = { writer, writes: 0 }));
    return entry;
  }

  /** Most writes first, then by name. */
  shares(): readonly WriterShare[] {
    return [...this.#counts.values()].sort((a, b) => b.writes - a.writes || (a.writer.name < b.writer.name ? -1 : 1));
  }
}
