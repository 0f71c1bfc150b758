import type { Millis, Revision } from '../model/write.ts';
import type { Confidence } from '../model/writer.ts';
import type { Candidate } from './request-log.ts';
import type { Stamp } from './stamps.ts';

/** One revision of a key, to be given the request that made it. */
export interface Step {
  readonly revision: Revision;
  /** By the clock of the requests; undefined where none is known. */
  readonly at: Millis | undefined;
  readonly kind: 'create' | 'delete' | 'change' | 'unknown';
  /** Empty where the revision does not tell, or was not read. */
  readonly stamps: readonly Stamp[];
  /** True where revisions of the key between the step before and this one were not read. */
  readonly gapBefore?: boolean;
}

export interface Match {
  /** Index of the request. */
  readonly request: number;
  readonly confidence: Confidence;
}

export interface Alignment {
  /** By step. */
  readonly matches: readonly (Match | undefined)[];
}

/** Beyond so many pairs, only the nearest are looked at. */
const mostPairs = 4_000_000;

/**
 * Gives each revision of a key the request that made it, and each request one revision at most. First by what requests
 * say themselves: the revision they became, the one they were based on. The rest in order, as far as time, kind and field
 * manager agree.
 * @param steps all revisions of the key in order. @param requests its successful ones, in the order of their answers.
 * @param tolerance how far the two clocks may be apart, in ms.
 */
export function align(steps: readonly Step[], requests: readonly Candidate[], tolerance: Millis): Alignment {
  const matches = steps.map((): Match | undefined => undefined);
  /** Requests that are spoken for, by a revision or because they changed nothing. */
  const settled = new Set<number>();
  matchBecame(steps, requests, matches, settled);
  matchBasedOn(steps, requests, matches, settled, tolerance);
  matchInOrder(steps, requests, matches, settled, tolerance);
  return { matches };
}

function matchBecame(
  steps: readonly Step[],
  requests: readonly Candidate[],
  matches: (Match | undefined)[],
  settled: Set<number>,
): void {
  const indexOf = new Map(steps.map(({ revision }, i) => [revision, i]));
  requests.forEach(({ became, basedOn, kind }, request) => {
    if (became === undefined) return;
    const step = indexOf.get(became);
    if (step === undefined) {
      // What a deletion answers is the object as it was; any other answer was never a revision of ours.
      if (kind !== 'delete') settled.add(request);
      return;
    }
    // A deletion answers with the object as it was, or with one that is marked and waits for its finalizers.
    if (kind === 'delete' && steps[step]!.stamps.length > 0) return;
    settled.add(request);
    const unchanged = became === basedOn;
    const other = matches[step];
    // What changes nothing answers with the revision it found, after the one that made it; stamps tell them apart.
    if (
      unchanged ||
      (other && score(steps[step]!, requests[other.request]!) >= score(steps[step]!, requests[request]!))
    )
      return;
    if (score(steps[step]!, requests[request]!) > 0) matches[step] = { request, confidence: 'high' };
  });
}

function matchBasedOn(
  steps: readonly Step[],
  requests: readonly Candidate[],
  matches: (Match | undefined)[],
  settled: Set<number>,
  tolerance: Millis,
): void {
  const claims = new Map<number, number[]>();
  requests.forEach(({ basedOn }, request) => {
    if (basedOn === undefined || settled.has(request)) return;
    settled.add(request);
    const step = firstAfter(steps, basedOn);
    if (step === steps.length || matches[step]) return;
    const isNext = step === 0 ? steps[0]?.kind !== 'create' : steps[step - 1]!.revision === basedOn;
    if (!isNext && steps[step]!.gapBefore !== true) return;
    const list = claims.get(step);
    if (list) list.push(request);
    else claims.set(step, [request]);
  });
  for (const [step, claimants] of claims) {
    const fitting = claimants.filter(
      (request) => fits(steps[step]!, requests[request]!, tolerance) || score(steps[step]!, requests[request]!) > 2,
    );
    // All but the last of them found nothing to change: had one changed it, the next had met a conflict.
    const request = fitting.at(-1);
    if (request === undefined) continue;
    matches[step] = { request, confidence: fitting.length === 1 || steps[step]!.stamps.length > 0 ? 'high' : 'medium' };
  }
}

/** The pairing in order of highest score: a table of best sums, followed back from its end. */
function matchInOrder(
  allSteps: readonly Step[],
  allRequests: readonly Candidate[],
  matches: (Match | undefined)[],
  settled: ReadonlySet<number>,
  tolerance: Millis,
): void {
  const steps = allSteps.map((_, i) => i).filter((i) => !matches[i]);
  const requests = allRequests.map((_, i) => i).filter((i) => !settled.has(i));
  if (steps.length === 0 || requests.length === 0) return;
  if (steps.length * requests.length > mostPairs) {
    matchNearest(allSteps, allRequests, { steps, requests }, matches, tolerance);
    return;
  }
  const width = requests.length + 1;
  const best = new Float32Array((steps.length + 1) * width);
  const pair = (s: number, r: number): number => {
    const [step, request] = [allSteps[steps[s]!]!, allRequests[requests[r]!]!];
    return fits(step, request, tolerance) ? score(step, request) + closeness(step, request, tolerance) : 0;
  };
  for (let s = steps.length - 1; s >= 0; s--) {
    for (let r = requests.length - 1; r >= 0; r--) {
      const value = pair(s, r);
      const paired = value > 0 ? value + best[(s + 1) * width + r + 1]! : 0;
      best[s * width + r] = Math.max(paired, best[(s + 1) * width + r]!, best[s * width + r + 1]!);
    }
  }
  for (let s = 0, r = 0; s < steps.length && r < requests.length;) {
    const here = best[s * width + r]!;
    if (here === best[(s + 1) * width + r]) s++;
    else if (here === best[s * width + r + 1]) r++;
    else matches[steps[s++]!] = matched(allSteps, allRequests, requests[r++]!);
  }
}

function matchNearest(
  allSteps: readonly Step[],
  allRequests: readonly Candidate[],
  { steps, requests }: { steps: readonly number[]; requests: readonly number[] },
  matches: (Match | undefined)[],
  tolerance: Millis,
): void {
  const ahead = 64;
  let next = 0;
  for (const s of steps) {
    const step = allSteps[s]!;
    while (
      next < requests.length &&
      step.at !== undefined &&
      allRequests[requests[next]!]!.answeredAt < step.at - tolerance
    )
      next++;
    let [best, found] = [0, -1];
    for (let r = next; r < Math.min(next + ahead, requests.length); r++) {
      const request = allRequests[requests[r]!]!;
      const value = fits(step, request, tolerance) ? score(step, request) + closeness(step, request, tolerance) : 0;
      if (value > best) [best, found] = [value, r];
    }
    if (found === -1) continue;
    matches[s] = matched(allSteps, allRequests, requests[found]!);
    next = found + 1;
  }
}

/** A name is created once at a time; anything else in order is likely, not certain. */
function matched(steps: readonly Step[], requests: readonly Candidate[], request: number): Match {
  const { kind } = requests[request]!;
  const once =
    kind === 'create' &&
    steps.filter((step) => step.kind === 'create').length === 1 &&
    requests.filter((other) => other.kind === 'create').length === 1;
  return { request, confidence: once ? 'high' : 'medium' };
}

function fits(step: Step, request: Candidate, tolerance: Millis): boolean {
  if (score(step, request) === 0) return false;
  if (step.at === undefined) return true;
  return step.at >= request.at - tolerance && step.at <= request.answeredAt + tolerance;
}

/** How well a request goes with a revision, time aside; 0 where it cannot have made it. */
function score(step: Step, request: Candidate): number {
  if (step.kind === 'create' && request.kind !== 'create') return 0;
  if (request.kind === 'create' && step.kind !== 'create' && step.kind !== 'unknown') return 0;
  const settlesKind = step.kind === request.kind ? 1 : 0.5;
  // Deletions, bindings and evictions note no manager, and neither does a removal of fields.
  if (step.stamps.length === 0 || !isStamped(request)) return settlesKind;
  const stamped = step.stamps.filter(({ manager }) => manager === request.manager);
  if (stamped.length === 0) return 0;
  return settlesKind + (stamped.some(({ subresource }) => subresource === request.subresource) ? 4 : 2);
}

const unstamped: ReadonlySet<string | undefined> = new Set(['binding', 'eviction']);

function isStamped({ kind, subresource, manager }: Candidate): boolean {
  return kind !== 'delete' && manager !== '' && !unstamped.has(subresource);
}

/** Less than any difference of kind or manager makes. */
function closeness(step: Step, { at, answeredAt }: Candidate, tolerance: Millis): number {
  if (step.at === undefined) return 0;
  const away = Math.max(0, at - step.at, step.at - answeredAt);
  return 0.4 * (1 - away / (tolerance + 1));
}

/** Index of the first step of a higher revision. */
function firstAfter(steps: readonly Step[], revision: Revision): number {
  let low = 0;
  let high = steps.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (steps[middle]!.revision > revision) high = middle;
    else low = middle + 1;
  }
  return low;
}
