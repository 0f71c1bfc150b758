import { align, type Step } from '../../attribution/align.ts';
import type { AttributedWriters } from '../../attribution/attributed-writers.ts';
import { nameWriters } from '../../attribution/name-writers.ts';
import type { Candidate } from '../../attribution/request-log.ts';
import { shareWrites, type KeyWrites } from '../../attribution/share-writes.ts';
import { stampsOf } from '../../attribution/stamps.ts';
import type { PageSource } from '../../bbolt/page.ts';
import type { KeyCount } from '../../model/counts.ts';
import type { DecodedObject } from '../../model/object.ts';
import type { Millis, Revision } from '../../model/write.ts';
import { decodeObject } from '../../objects/decode.ts';
import { readValue } from '../../sources/snapshot/read-values.ts';
import type { KeyReading } from '../offline/read-plan.ts';

/** A key with the requests that may have made its revisions. */
export interface AskedKey {
  readonly count: KeyCount;
  /** Successful, in order, all within the time of the retained revisions. */
  readonly requests: readonly Candidate[];
  /** When a revision was, by the clock of the log. */
  readonly timeOf: (revision: Revision) => Millis | undefined;
  readonly tolerance: Millis;
  /** False for revisions from before the log begins, or after its end. */
  readonly isCovered: (revision: Revision) => boolean;
  readonly onlyUser: (manager: string) => string | undefined;
}

type Unchanged = ReadonlyMap<string, number>;

/** A chosen key, revision by revision: the reading with its writers, and what requests came to nothing. */
export function attributeReading(
  source: PageSource,
  reading: KeyReading,
  asked: AskedKey,
  writers: AttributedWriters,
): { reading: KeyReading; unchanged: Unchanged } {
  const { count, requests, tolerance, onlyUser } = asked;
  const isWhole = reading.revision.length === count.writes && !reading.gapBefore.includes(1);
  const oneUser = new Set(requests.map(({ user }) => user)).size === 1;
  let steps = stepsOf(source, reading, asked, !oneUser);
  let alignment = align(steps, requests, tolerance);
  if (oneUser && alignment.matches.includes(undefined)) {
    // Someone else wrote too, or the log does not reach that far: the revisions themselves have to be asked.
    steps = stepsOf(source, reading, asked, true);
    alignment = align(steps, requests, tolerance);
  }
  const named = nameWriters(steps, requests, alignment, onlyUser);
  const unchanged = new Map<string, number>();
  if (isWhole) {
    const used = new Set(alignment.matches.map((match) => match?.request));
    steps.forEach(({ revision, kind }, i) => {
      const writer = named.get(revision)?.writer;
      if (!writer) return;
      const one: KeyWrites = { writes: 1, creates: kind === 'create' ? 1 : 0, deletes: kind === 'delete' ? 1 : 0 };
      const certain = writer.confidence === 'high' ? 1 : 0;
      writers.move(count, writer.name, one, { certain, doubt: alignment.matches[i] ? 0 : 1 });
    });
    requests.forEach(({ user }, i) => {
      if (!used.has(i)) unchanged.set(user, (unchanged.get(user) ?? 0) + 1);
    });
  }
  return {
    reading: named.size === 0 ? reading : { ...reading, writers: named },
    unchanged: isWhole ? unchanged : attributeCounts(asked, writers),
  };
}

/** Any other key, by its counts. Returns what requests changed nothing. */
export function attributeCounts(asked: AskedKey, writers: AttributedWriters): Unchanged {
  const { count, requests, isCovered } = asked;
  const covered = isCovered(count.lastRevision);
  const shared = shareWrites(covered ? count : { writes: 0, creates: 0, deletes: 0 }, requests);
  const sure = requests.filter(isSelfExplaining).length / Math.max(1, requests.length);
  const partly = covered && !isCovered(count.firstRevision);
  for (const [user, by] of shared.byUser) {
    const doubt = Math.min(by.writes, shared.doubt + (partly ? by.writes : 0));
    writers.move(count, user, by, { certain: partly ? 0 : Math.floor(by.writes * sure), doubt });
  }
  return shared.unchanged;
}

const isSelfExplaining = ({ became, basedOn, kind }: Candidate): boolean =>
  became !== undefined || basedOn !== undefined || kind === 'create';

function stepsOf(
  source: PageSource,
  { key, revision, handle, pairSize, gapBefore }: KeyReading,
  { count, timeOf, isCovered }: AskedKey,
  withStamps: boolean,
): Step[] {
  let before: DecodedObject | undefined;
  let wasDeleted = false;
  const steps = Array.from(revision, (each, i): Step => {
    const value = readValue(source, handle[i]!, pairSize[i]!);
    const object = value && withStamps ? decodeObject(value, key) : undefined;
    const isNew = wasDeleted || (object !== undefined && before !== undefined && object.uid !== before.uid);
    const gap = gapBefore[i] === 1;
    const kind = !value ? 'delete' : isNew && !gap ? 'create' : gap ? 'unknown' : 'change';
    const stamps = object && !gap && (before || isNew) ? stampsOf(before, object) : [];
    wasDeleted = !value;
    before = object;
    // What lies beside the log's time must not be given one of its requests.
    return { revision: each, at: isCovered(each) ? timeOf(each) : -Infinity, kind, stamps, gapBefore: gap };
  });
  const [first] = steps;
  if (!first || first.kind === 'delete') return steps;
  // The first revision retained is the creation where no later one accounts for it.
  const later = steps.filter(({ kind }) => kind === 'create').length;
  const isCreation = count.creates > later;
  const value = withStamps ? readValue(source, handle[0]!, pairSize[0]!) : undefined;
  const stamps = isCreation && value ? stampsOf(undefined, decodeObject(value, key)) : [];
  return [{ ...first, kind: isCreation ? 'create' : first.kind, stamps }, ...steps.slice(1)];
}
