import type { DecodedObject, FieldChange } from '../model/object.ts';
import type { Writer } from '../model/writer.ts';
import { ownerOf } from './actor.ts';
import type { Changes } from './changes.ts';
import type { PathStep } from './path-trail.ts';
import { PathTrail } from './path-trail.ts';

/** The trails of all fields of one key, as many as are kept. */
export class FieldTrails {
  readonly #kept: number;
  readonly #trails = new Map<string, PathTrail>();
  #dropped = 0;

  constructor(kept: number) {
    this.#kept = kept;
  }

  follow(
    { path, before, after, reordered, timestamp }: FieldChange,
    old: DecodedObject,
    { writer, manager, at }: Pick<PathStep, 'writer' | 'manager' | 'at'>,
  ): void {
    const trail = this.#trailOf(path);
    if (!trail) {
      this.#dropped++;
      return;
    }
    const owner = (): Writer | undefined => ownerOf(old, path);
    trail.step({
      before,
      after,
      owner,
      writer,
      manager,
      at,
      timestamp: timestamp === true,
      reordered: reordered === true,
    });
  }

  forget(): void {
    for (const trail of this.#trails.values()) trail.forget();
  }

  histories(): Pick<Changes, 'paths' | 'pathsDropped'> {
    const paths = [...this.#trails.values()].map((trail) => trail.history());
    return {
      paths: paths.sort((a, b) => b.changes - a.changes || (a.path < b.path ? -1 : 1)),
      pathsDropped: this.#dropped,
    };
  }

  #trailOf(path: string): PathTrail | undefined {
    const known = this.#trails.get(path);
    if (known || this.#trails.size >= this.#kept) return known;
    const trail = new PathTrail(path);
    this.#trails.set(path, trail);
    return trail;
  }
}
