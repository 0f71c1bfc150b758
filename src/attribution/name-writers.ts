import type { Revision } from '../model/write.ts';
import type { Writer } from '../model/writer.ts';
import type { Alignment, Step } from './align.ts';
import type { Candidate } from './request-log.ts';

/** Users by the field manager they used: filled from the whole log, asked where a revision's own request is missing. */
export class ManagersUsers {
  readonly #users = new Map<string, string | undefined>();
  readonly #limit: number;

  constructor(limit = 50_000) {
    this.#limit = limit;
  }

  add(resource: string, manager: string, user: string): void {
    const id = `${resource} ${manager}`;
    const known = this.#users.get(id);
    if (known === user || (known === undefined && this.#users.has(id))) return;
    if (known === undefined && this.#users.size >= this.#limit) return;
    this.#users.set(id, known === undefined ? user : undefined);
  }

  /** The only user who ever used this manager on this resource; undefined where there are several, or none. */
  only(resource: string, manager: string): string | undefined {
    return this.#users.get(`${resource} ${manager}`);
  }
}

/** Who made a revision, and the field manager its request gave: of a removal nothing else tells it. */
export interface NamedWriter {
  readonly writer: Writer;
  readonly manager?: string;
}

/**
 * Who made each revision: the user of its request; where none was found, whoever alone uses the field manager that the
 * revision names, so that one writer does not go by two names.
 */
export function nameWriters(
  steps: readonly Step[],
  requests: readonly Candidate[],
  { matches }: Alignment,
  onlyUser: (manager: string) => string | undefined,
): Map<Revision, NamedWriter> {
  const writers = new Map<Revision, NamedWriter>();
  const usersOf = new Map<string, Set<string>>();
  matches.forEach((match, i) => {
    if (!match) return;
    const { user, manager: given } = requests[match.request]!;
    const { revision, stamps } = steps[i]!;
    const writer: Writer = { name: user, kind: 'user', confidence: match.confidence };
    writers.set(revision, given === '' ? { writer } : { writer, manager: given });
    for (const { manager } of stamps) usersOf.set(manager, (usersOf.get(manager) ?? new Set()).add(user));
  });
  steps.forEach(({ revision, stamps }, i) => {
    const [stamp] = stamps;
    if (matches[i] || !stamp) return;
    const here = usersOf.get(stamp.manager);
    const user = here ? (here.size === 1 ? [...here][0] : undefined) : onlyUser(stamp.manager);
    if (user !== undefined)
      writers.set(revision, { writer: { name: user, kind: 'user', confidence: here ? 'medium' : 'low' } });
  });
  return writers;
}
