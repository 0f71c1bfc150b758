import type { Outcomes, Request, RequestCount } from '../model/request.ts';
import type { ResourceKey } from '../model/resource.ts';
import type { Millis } from '../model/write.ts';
import { MinuteCounts } from './stretches.ts';

/** Requests of one group of them, while they are counted. */
export class Sum {
  succeeded = 0;
  unchanged = 0;
  conflicts = 0;
  /** By status; made when needed, since most objects are never refused anything. */
  #rejected: Map<number, number> | undefined;
  from: Millis = Infinity;
  to: Millis = -Infinity;

  add({ at, outcome, code = 0, dryRun, reason, verb }: Request): void {
    if (at < this.from) this.from = at;
    if (at > this.to) this.to = at;
    if (outcome === 'rejected') {
      const rejected = (this.#rejected ??= new Map());
      rejected.set(code, (rejected.get(code) ?? 0) + 1);
      if (isConflict(code, reason, verb)) this.conflicts++;
    } else if (outcome === 'succeeded') {
      this.succeeded++;
      if (dryRun) this.unchanged++;
    }
  }

  get all(): number {
    let all = this.succeeded;
    for (const count of this.#rejected?.values() ?? []) all += count;
    return all;
  }

  outcomes(joined: boolean): Outcomes {
    return {
      succeeded: this.succeeded,
      unchanged: joined ? this.unchanged : undefined,
      rejected: Object.fromEntries([...(this.#rejected ?? [])].sort((a, b) => a[0] - b[0])),
      conflicts: this.conflicts,
      from: this.from,
      to: this.to,
    };
  }
}

/** A name that is taken is refused with 409 too, when something is created. */
function isConflict(code: number, reason: string | undefined, verb: Request['verb']): boolean {
  return code === 409 && (reason === undefined ? verb !== 'create' : reason === 'Conflict');
}

export class UserSum extends Sum {
  readonly userAgents: string[] = [];

  override add(request: Request): void {
    super.add(request);
    const { userAgent } = request;
    if (userAgent === undefined || this.userAgents.length >= 3 || this.userAgents.includes(userAgent)) return;
    this.userAgents.push(userAgent);
  }
}

export class ObjectUserSum extends UserSum {
  reason: string | undefined;
  #conflicting: MinuteCounts | undefined;
  #refused: MinuteCounts | undefined;

  override add(request: Request): void {
    super.add(request);
    if (request.outcome !== 'rejected') return;
    this.reason = request.reason ?? this.reason;
    if (isConflict(request.code ?? 0, request.reason, request.verb))
      (this.#conflicting ??= new MinuteCounts()).add(request.at);
    else (this.#refused ??= new MinuteCounts()).add(request.at);
  }

  count(key: ResourceKey, user: string, joined: boolean): RequestCount {
    return {
      ...this.outcomes(joined),
      key,
      user,
      userAgents: this.userAgents.toSorted(),
      reason: this.reason,
      conflicting: this.#conflicting?.busiest() ?? quiet,
      refused: this.#refused?.busiest() ?? quiet,
    };
  }
}

const quiet = { count: 0, perMinute: 0, minutes: 0 };
