import { rollUp, type Causes } from '../causes/roll-up.ts';
import type { Changes } from '../history/changes.ts';
import type { Counted } from '../model/analysis.ts';
import type { Finding } from '../model/finding.ts';
import type { KeyId } from '../model/write.ts';
import type { RevisionClock } from '../tally/revision-clock.ts';
import { absorb } from './absorb.ts';
import { catalogue } from './catalogue.ts';
import { consequencesOf } from './consequences.ts';
import type { Need, Pattern, Rule } from './define-pattern.ts';
import { expectedChurn } from './expected.ts';
import type { Observed } from './observe.ts';
import { observe } from './observe.ts';
import { byWeight } from './ranking.ts';
import { isFillingUp, severityOf } from './severity.ts';
import { sinceCompaction } from './since-compaction.ts';
import type { Suspicion } from './suspicion.ts';
import { subjectOf } from './suspicion.ts';

/** By pattern id, then threshold name. */
export type ThresholdSettings = Readonly<Record<string, Readonly<Record<string, number>>>>;

export interface Evidence {
  readonly counted: Counted;
  /** False where the sources kept no values, so that no change of any key is known. */
  readonly hasValues: boolean;
  /** undefined for keys that were not read in full. */
  readonly changesOf: (key: KeyId) => Changes | undefined;
  readonly clock: RevisionClock;
  readonly thresholds?: ThresholdSettings;
  readonly patterns?: readonly Pattern[];
}

/** Every finding, the worst first, and one sentence for each thing that could not be judged. */
export function findCauses(evidence: Evidence): { findings: Finding[]; notSeen: string[] } {
  const { changesOf, clock, thresholds = {}, patterns = catalogue } = evidence;
  const counted = sinceCompaction(evidence.counted);
  const causes = rollUp(counted);
  const lacking = lackOf(evidence);
  const observed = observe({ counted, retained: evidence.counted, changesOf, clock, causes });
  const suspicions = patterns.flatMap((pattern) => judge(pattern, valuesOf(pattern, thresholds), observed, lacking));
  const fillingUp = isFillingUp(counted, clock);
  const findings = absorb(suspicions, causes).map((suspicion) => findingOf(suspicion, observed, causes, fillingUp));
  return { findings: findings.sort(byWeight), notSeen: notJudged(patterns, lacking) };
}

function lackOf({ hasValues, counted, clock }: Evidence): ReadonlySet<Need> {
  const lacking = new Set<Need>();
  if (!hasValues) lacking.add('history');
  if (clock.errorSeconds === undefined) lacking.add('time');
  // Requests of another cluster explain none of these writes.
  if (!counted.requests || counted.requests.standing === 'foreign') lacking.add('requests');
  return lacking;
}

function valuesOf({ id, thresholds }: Pattern, settings: ThresholdSettings): Record<string, number> {
  return Object.fromEntries(
    Object.entries(thresholds).map(([name, threshold]) => [name, settings[id]?.[name] ?? threshold.default]),
  );
}

function judge(
  pattern: Pattern,
  values: Record<string, number>,
  observed: Observed,
  lacking: ReadonlySet<Need>,
): Suspicion[] {
  const { object, owner, prefix, writer, asked } = pattern.rules;
  const suspicions: Suspicion[] = [];
  if (object && canJudge(object, lacking)) {
    for (const each of observed.objects) {
      if (!pattern.judgesExpected && expectedChurn(each.resource, each.rate?.perMinute)?.silences === 'all') continue;
      const accusation = object.evaluate(each, values, observed);
      if (!accusation) continue;
      const subject = { type: 'object' as const, ...each.resource };
      suspicions.push({
        pattern,
        subject,
        kind: each.ref.kind,
        accusation,
        own: each.count.writes,
        owners: each.owners,
        object: each,
      });
    }
  }
  if (owner && canJudge(owner, lacking)) {
    for (const each of observed.owners) {
      const accusation = owner.evaluate(each, values, observed);
      if (!accusation) continue;
      const own = each.byPrefix.reduce(
        (sum, share) => sum + (accusation.own?.includes(share.prefix) ? share.writes : 0),
        0,
      );
      const owners = observed.causes.ancestors(each.owner);
      suspicions.push({
        pattern,
        subject: subjectOf('owner', each.owner),
        kind: each.owner.kind,
        accusation,
        own,
        owners,
      });
    }
  }
  if (prefix && canJudge(prefix, lacking)) {
    for (const each of observed.prefixes) {
      const accusation = prefix.evaluate(each, values, observed);
      if (!accusation) continue;
      const { group, resource, prefix: name, writes } = each.count;
      const { instead } = accusation;
      suspicions.push({
        pattern,
        subject: instead?.subject ?? { type: 'prefix', group, resource, name },
        kind: instead?.kind ?? resource,
        accusation,
        own: instead?.writes ?? (accusation.kept ? writesIn(observed.retained, name) : writes),
        owners: [],
      });
    }
  }
  if (writer && canJudge(writer, lacking)) {
    for (const each of observed.eventGroups) {
      const accusation = writer.evaluate(each, values, observed);
      if (!accusation) continue;
      const { ref } = accusation;
      const subject = ref ? subjectOf('object', ref) : { type: 'writer' as const, name: each.reporter };
      const owners = ref ? observed.causes.ancestors(ref) : [];
      suspicions.push({
        pattern,
        subject,
        kind: ref?.kind ?? 'reporter',
        accusation,
        own: each.writes,
        owners,
        group: each,
      });
    }
  }
  if (asked && canJudge(asked, lacking)) {
    for (const each of observed.asked) {
      const accusation = asked.evaluate(each, values, observed);
      if (!accusation) continue;
      const { resource, ref, writes: own, owners } = each;
      suspicions.push({ pattern, subject: { type: 'object', ...resource }, kind: ref.kind, accusation, own, owners });
    }
  }
  return suspicions;
}

const canJudge = <O, V>({ needs }: Rule<O, V>, lacking: ReadonlySet<Need>): boolean =>
  !needs.some((need) => lacking.has(need));

function writesIn({ prefixes }: Counted, name: string): number {
  return prefixes.find(({ prefix }) => prefix === name)?.writes ?? 0;
}

function findingOf(suspicion: Suspicion, observed: Observed, causes: Causes, fillingUp: boolean): Finding {
  const { pattern, subject, kind, accusation, own } = suspicion;
  const { fields = [], writers = [], evidence, confidence, cause } = accusation;
  const { totals } = accusation.kept ? observed.retained : observed.counted;
  const all = Math.max(1, totals.writes);
  const consequences = consequencesOf(suspicion, observed, causes);
  const caused = consequences.reduce((sum, { writes }) => sum + writes, 0);
  const shareWithConsequences = Math.min(1, (own + caused) / all);
  return {
    pattern: pattern.id,
    severity: severityOf({ shareWithConsequences, confidence, loop: pattern.loop }, fillingUp),
    confidence,
    subject,
    share: own / all,
    shareWithConsequences,
    consequences,
    writers,
    fields,
    evidence: { writes: own, ...evidence },
    cause,
    remedy: pattern.remedy({ subject, kind, fields, writers, evidence }),
  };
}

const reasons: Readonly<Record<Need, string>> = {
  history: 'no values were read',
  time: 'no stored object tells the time, so no rate is known',
  requests: 'no requests were read (--audit-log)',
};

function notJudged(patterns: readonly Pattern[], lacking: ReadonlySet<Need>): string[] {
  return [...lacking].flatMap((need) => {
    const ids = patterns
      .filter(({ rules }) =>
        [rules.object, rules.owner, rules.prefix, rules.writer, rules.asked].some((rule) => rule?.needs.includes(need)),
      )
      .map(({ id }) => id);
    return ids.length === 0 ? [] : [`${reasons[need]}: not judged by ${ids.join(', ')}`];
  });
}
