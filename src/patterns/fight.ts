import type { Changes, PathHistory } from '../history/changes.ts';
import type { FindingWriter } from '../model/finding.ts';
import type { ResourceKey } from '../model/resource.ts';
import type { Writer } from '../model/writer.ts';
import { isSharedField } from '../objects/fields-by-design.ts';
import type { Accusation } from './accusation.ts';
import type { Threshold } from './define-pattern.ts';
import type { ObservedObject } from './observed.ts';
import { listed } from '../words/listed.ts';
import { rounded, writerNames } from './sentences.ts';

export interface FightThresholds {
  /** Full flips (A-B-A) within `windowMinutes`. */
  readonly flips: number;
  readonly windowMinutes: number;
  /** How long it must have gone on, unless `provenFlips` were seen. */
  readonly sustainedMinutes: number;
  readonly provenFlips: number;
}

export interface AccusationThresholds extends FightThresholds {
  /** Full flips from which the confidence is high. */
  readonly highFlips: number;
  /** Where one side has no name: full flips, and writes a minute, from which it is a fight. */
  readonly namelessFlips: number;
  readonly namelessPerMinute: number;
}

/** The thresholds that fights of all sorts share, and what they mean. */
export const fightThresholds = {
  flips: { default: 2, doc: 'full flips (A-B-A) of one field within windowMinutes' },
  windowMinutes: { default: 10, doc: 'minutes in which those flips must fall' },
  sustainedMinutes: { default: 3, doc: 'minutes it must have gone on, unless provenFlips were seen' },
  provenFlips: { default: 10, doc: 'full flips that need no duration: no controller settles that slowly' },
  highFlips: { default: 4, doc: 'full flips from which the confidence is high' },
  namelessFlips: {
    default: 10,
    doc: 'full flips from which a field that one writer sets and a nameless one removes is a fight',
  },
  namelessPerMinute: { default: 5, doc: 'writes a minute that such a field must see as well' },
} satisfies Record<keyof AccusationThresholds, Threshold>;

/** One field, or several, that writers take from each other in turn. */
export interface Fight {
  /** The fields fought over, the most contested first. */
  readonly paths: readonly PathHistory[];
  /** Who wrote them, as far as they left a trace, most writes first. */
  readonly writers: readonly FindingWriter[];
  /** The one account that all these writers use, where they do. */
  readonly account?: string;
  /** Full flips of the most contested field. */
  readonly flips: number;
  /** Removals by a writer that left no trace in managedFields. */
  readonly unnamedRemovals: number;
  /** Who else wrote the object by plain updates, and so may have removed it. */
  readonly suspects: readonly Writer[];
}

const minute = 60_000;
/** A-B-A-B-A is two full flips and three returns. */
const returnsFor = (flips: number): number => 2 * flips - 1;
/** Whoever touched a field once or twice among many (its creator, an editor) is no party. */
const partyWrites = 3;
const partyShare = 0.2;

/** The fight over fields of one object, if there is one. */
export function fightOver(resource: ResourceKey, changes: Changes, thresholds: FightThresholds): Fight | undefined {
  const contested = changes.paths.filter(
    (path) => isContested(path, thresholds) && !isSharedField(resource, path.path) && partiesOf(path) >= 2,
  );
  const fiercest = Math.max(0, ...contested.map(({ alternations }) => alternations));
  const paths = contested
    .filter(({ alternations }) => alternations * 10 >= fiercest)
    .sort((a, b) => b.alternations - a.alternations || (a.path < b.path ? -1 : 1));
  if (paths.length === 0) return undefined;

  const writers = writersOf(paths);
  const account = paths[0]?.account;
  return {
    paths,
    writers,
    ...(account !== undefined && { account }),
    flips: Math.ceil(fiercest / 2),
    unnamedRemovals: Math.max(...paths.map((path) => path.unnamedRemovals)),
    suspects: changes.managers.filter(({ name }) => !writers.some((writer) => writer.name === name)),
  };
}

/** Whom a fight accuses, both sides by name; or the one that sets a field which somebody without a name removes. */
export function accuseFighters(
  { resource, ref, rate, changes }: ObservedObject,
  thresholds: AccusationThresholds,
): Accusation | undefined {
  const fight = fightOver(resource, changes, thresholds);
  if (!fight) return undefined;
  const fields = fight.paths.map(({ path }) => path);
  const evidence = {
    flips: fight.flips,
    ...(rate && { perMinute: rounded(rate.perMinute), minutes: rounded(rate.sustainedMinutes) }),
    generations: changes.generationDelta,
    ...(fight.account !== undefined && { account: fight.account }),
  };
  if (fight.writers.length >= 2) {
    return {
      confidence: fight.flips >= thresholds.highFlips ? 'high' : 'medium',
      ref,
      fields,
      writers: fight.writers,
      evidence,
      cause: `${writerNames(fight.writers)} keep setting ${listed(fields.slice(0, 3))} to different values${
        fight.account === undefined ? '' : `, both as ${fight.account}`
      }`,
    };
  }
  const [setter] = fight.writers;
  if (!setter || !rate || rate.perMinute < thresholds.namelessPerMinute || fight.flips < thresholds.namelessFlips)
    return undefined;
  // Whoever made the object may have removed it, or somebody never seen: no reason to accuse anyone.
  const perhaps = listed(fight.suspects.map(({ name }) => name));
  return {
    confidence: 'medium',
    ref,
    fields,
    writers: [setter],
    evidence: { ...evidence, namelessRemovals: fight.unnamedRemovals, ...(perhaps !== '' && { perhaps }) },
    cause: `${setter.name} keeps setting ${listed(fields.slice(0, 3))}, and a writer that only removes, and so leaves no trace in managedFields, keeps removing it`,
  };
}

function isContested(
  path: PathHistory,
  { flips, windowMinutes, sustainedMinutes, provenFlips }: FightThresholds,
): boolean {
  if (path.timestamp || path.counter) return false;
  const proven = path.alternations >= returnsFor(provenFlips);
  if (path.fastestAlternations.length === 0) return proven; // no clock: only numbers speak
  const needed = returnsFor(flips);
  // Times of the last 8 alternations are kept, so more than that is judged by those 8.
  const fastest = path.fastestAlternations[Math.min(needed, 8) - 1];
  if (path.alternations < needed || fastest === undefined || fastest > windowMinutes * minute) return false;
  return proven || path.returningFor >= sustainedMinutes * minute;
}

const parties = (path: PathHistory): PathHistory['writers'] =>
  path.writers.filter(({ writes }) => writes >= partyWrites || writes >= path.changes * partyShare);

/** Writers that count, a nameless remover being one; in status a zero comes and goes with one writer. */
function partiesOf(path: PathHistory): number {
  const removals = path.path.startsWith('/status/') ? 0 : path.unnamedRemovals;
  const nameless = removals >= partyWrites || (removals > 0 && removals >= path.changes * partyShare);
  return parties(path).length + (nameless ? 1 : 0);
}

function writersOf(paths: readonly PathHistory[]): FindingWriter[] {
  const most = new Map<string, FindingWriter>();
  for (const path of paths) {
    for (const { writer, writes } of parties(path)) {
      const id = `${writer.kind} ${writer.name}`;
      if ((most.get(id)?.writes ?? 0) < writes) most.set(id, { ...writer, writes });
    }
  }
  return [...most.values()].sort((a, b) => b.writes - a.writes || (a.name < b.name ? -1 : 1));
}
