import type { Changes, PathHistory } from '../history/changes.ts';
import type { FindingWriter } from '../model/finding.ts';
import type { ResourceKey } from '../model/resource.ts';
import type { Writer } from '../model/writer.ts';
import { isSharedField } from './expected.ts';

export interface FightThresholds {
  /** Full flips (A-B-A) within `windowMinutes`. */
  readonly flips: number;
  readonly windowMinutes: number;
  /** How long it must have gone on, unless `provenFlips` were seen. */
  readonly sustainedMinutes: number;
  readonly provenFlips: number;
}

/** One field, or several, that writers take from each other in turn. */
export interface Fight {
  /** The fields fought over, the most contested first. */
  readonly paths: readonly PathHistory[];
  /** Who wrote them, as far as they left a trace, most writes first. */
  readonly writers: readonly FindingWriter[];
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
  return {
    paths,
    writers,
    flips: Math.ceil(fiercest / 2),
    unnamedRemovals: Math.max(...paths.map((path) => path.unnamedRemovals)),
    suspects: changes.managers.filter(({ name }) => !writers.some((writer) => writer.name === name)),
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
