import type { Json } from '../model/json.ts';
import type { Digest } from '../model/object.ts';
import type { Millis } from '../model/write.ts';
import type { Writer } from '../model/writer.ts';
import { digestOf } from '../objects/digests.ts';
import type { PathHistory, Touch } from './changes.ts';
import { WriterTally } from './writer-tally.ts';

/** One change of one field. */
export interface PathStep {
  readonly before: Json | undefined;
  readonly after: Json | undefined;
  /** Who had set `before`, where the older revision tells; asked only where that is news. */
  readonly owner: () => Writer | undefined;
  readonly writer: Writer | undefined;
  readonly at: Millis | undefined;
  readonly timestamp: boolean;
  readonly reordered: boolean;
}

/** Values a field is remembered by: longer circles are not told from progress. */
const remembered = 8;

/** Follows one field through the revisions of a key. */
export class PathTrail {
  readonly path: string;
  changes = 0;
  #recent: Touch[] = [];
  #returns = 0;
  #alternations = 0;
  readonly #alternatedAt: Millis[] = [];
  #fastest: number[] = [];
  #firstReturn: Millis | undefined;
  #lastReturn: Millis | undefined;
  readonly #writers = new WriterTally();
  #unnamed = 0;
  #unnamedRemovals = 0;
  #appeared = false;
  #rises = 0;
  #falls = 0;
  #timestamps = 0;
  #reordered = 0;

  constructor(path: string) {
    this.path = path;
  }

  step(step: PathStep): void {
    if (this.changes === 0) this.#appeared = step.before === undefined;
    this.changes++;
    const was = valueDigest(step.before);
    // Where revisions between were not read, the value before is news too.
    if (this.#recent.at(-1)?.value !== was) {
      this.#remember({ value: was, present: step.before !== undefined, writer: step.owner(), at: undefined });
    }
    const undone = this.#recent.at(-1);
    const value = valueDigest(step.after);
    const returned = this.#recent.some((touch) => touch.value === value);
    if (returned) this.#return(step, undone?.writer);
    this.#remember({ value, present: step.after !== undefined, writer: step.writer, at: step.at });

    if (step.writer) this.#writers.add(step.writer);
    else {
      this.#unnamed++;
      if (step.after === undefined) this.#unnamedRemovals++;
    }
    this.#slope(step.before, step.after);
    if (step.timestamp) this.#timestamps++;
    if (step.reordered) this.#reordered++;
  }

  /** Another object took the name: its fields begin anew, what was counted stays. */
  forget(): void {
    this.#recent = [];
  }

  history(): PathHistory {
    const { path, changes } = this;
    return {
      path,
      changes,
      returns: this.#returns,
      alternations: this.#alternations,
      fastestAlternations: this.#fastest,
      returningFor: this.#firstReturn === undefined ? 0 : (this.#lastReturn ?? this.#firstReturn) - this.#firstReturn,
      writers: this.#writers.shares(),
      unnamed: this.#unnamed,
      unnamedRemovals: this.#unnamedRemovals,
      counter: this.#isCounter(),
      timestamp: this.#timestamps === changes,
      reordered: this.#reordered === changes,
      recent: this.#recent,
    };
  }

  #remember(touch: Touch): void {
    this.#recent.push(touch);
    if (this.#recent.length > remembered) this.#recent.shift();
  }

  #return({ writer, at }: PathStep, undone: Writer | undefined): void {
    this.#returns++;
    if (at !== undefined) {
      this.#firstReturn ??= at;
      this.#lastReturn = at;
    }
    if (writer?.name === undone?.name && writer?.kind === undone?.kind) return;
    this.#alternations++;
    if (at === undefined) return;
    this.#alternatedAt.push(at);
    if (this.#alternatedAt.length > remembered) this.#alternatedAt.shift();
    this.#alternatedAt.forEach((earlier, i) => {
      const k = this.#alternatedAt.length - i - 1;
      this.#fastest[k] = Math.min(this.#fastest[k] ?? Infinity, at - earlier);
    });
  }

  /** Rising or falling only; its first appearance is neither. */
  #isCounter(): boolean {
    const steps = this.changes - (this.#appeared ? 1 : 0);
    return steps > 0 && (this.#rises === steps || this.#falls === steps);
  }

  #slope(before: Json | undefined, after: Json | undefined): void {
    const [from, to] = [numeric(before), numeric(after)];
    if (from === undefined || to === undefined) return;
    if (to > from) this.#rises++;
    if (to < from) this.#falls++;
  }
}

/** An absent field is a value too; no digest is negative. */
function valueDigest(value: Json | undefined): Digest {
  return value === undefined ? -1 : digestOf(value);
}

function numeric(value: Json | undefined): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}
