import type { StandingFinding } from '../model/batch.ts';
import type { Request } from '../model/request.ts';
import type { ThrottleLabel } from '../model/throttle-label.ts';
import type { Millis } from '../model/write.ts';
import { listed } from '../words/listed.ts';
import { printable } from '../words/printable.ts';
import { letThrough, type Decision } from './answer.ts';
import { createOwnCounts } from './own-counts.ts';
import { probeWarning } from './probe.ts';
import { requestOf } from './request.ts';
import type { Review } from './review.ts';
import { concerning, nothingStanding, standing } from './standing.ts';
import { createThrottle, throttleLabel, type ThrottleLimits } from './throttle.ts';
import { warningOf } from './warning.ts';
import { createBudget, usualBudget, type BudgetLimits } from './warning-budget.ts';

export interface AdmissionLimits {
  readonly budget?: BudgetLimits;
  readonly throttle: ThrottleLimits;
  /** Off, because nobody reads what a program is warned of. */
  readonly warnServiceAccounts: boolean;
}

/** Warnings in one answer: more would bury what kubectl itself has to say. */
const mostAtOnce = 2;

/** Without word from any analyzer for so long the webhook goes by its own counts. */
const aloneAfter: Millis = 60_000;

/** Decides from memory, at once; what it learns from a request it learns after the answer. */
export function createAdmission({ budget = usualBudget, throttle, warnServiceAccounts }: AdmissionLimits) {
  const spend = createBudget(budget);
  const slows = createThrottle(throttle);
  const own = createOwnCounts();
  let known = nothingStanding;
  let heardAt: Millis = -Infinity;
  let mayThrottle = true;

  const isWarned = (user: string): boolean => user !== '' && (warnServiceAccounts || !programs.test(user));

  function findingsFor(review: Review, now: Millis): readonly StandingFinding[] {
    if (now - heardAt < aloneAfter) return concerning(known, review);
    const finding = own.findingOn(review, now);
    return finding === undefined ? [] : [finding];
  }

  return {
    /** @param namespace what the throttle's label on the object's namespace says */
    decide(review: Review, namespace: ThrottleLabel, now: Millis): Decision {
      const probed = probeWarning(review);
      if (probed !== undefined) return { warnings: [probed] };
      const findings = findingsFor(review, now);
      if (findings.length === 0) return letThrough;
      const slowed = mayThrottle ? slows(review, namespace, findings, now) : undefined;
      const told = findings.filter(({ severity }) => severity !== 'info').sort(gravestFirst);
      const wanted = isWarned(review.user) ? Math.min(told.length, mostAtOnce) : 0;
      const given = wanted === 0 ? 0 : spend(review.user, wanted, now);
      return {
        ...(slowed && { refusal: { code: 429, message: refusalOf(slowed) } }),
        warnings: told.slice(0, given).map(warningOf),
      };
    },

    /** To be called once the answer is out. undefined for what was only tried. */
    record(review: Review, { refusal }: Decision, at: Millis): Request | undefined {
      if (review.dryRun) return undefined;
      if (refusal === undefined) own.observe(review, at);
      return requestOf(review, at, refusal?.code);
    },

    /** What the analyzers said last, all together. */
    learn(findings: readonly StandingFinding[], at: Millis): void {
      known = standing(findings);
      heardAt = at;
    },

    /** False to refuse nothing, whatever is proven and labelled. */
    allowThrottle(allowed: boolean): void {
      mayThrottle = allowed;
    },

    /** Word from an analyzer that nothing changed. */
    heard(at: Millis): void {
      heardAt = at;
    },
  };
}

/** Service accounts and the cluster's own parts; `system:admin` may be a person. */
const programs = /^system:(serviceaccount:|node:|kube-|apiserver$)/;

const rank = { critical: 0, warning: 1, info: 2 } as const;

function gravestFirst(a: StandingFinding, b: StandingFinding): number {
  return rank[a.severity] - rank[b.severity];
}

function refusalOf(finding: StandingFinding): string {
  return `slowed by kubechurn: ${printable(listed(finding.fields))} goes back and forth without end (docs/patterns/${finding.pattern}); the label ${throttleLabel}=off lets it through`;
}
