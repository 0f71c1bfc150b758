import type { Changes, WriterShare } from '../../history/changes.ts';
import type { KeyCount } from '../../model/counts.ts';
import type { Confidence } from '../../model/writer.ts';
import type { UserWrites } from './request-join.ts';

/** A key of which metadata was seen, and who wrote it as far as admission requests tell. */
export interface NamedSample {
  readonly count: KeyCount;
  readonly changes: Changes;
}

/**
 * Metadata names the last field manager at most. Where requests were laid beside the writes of a key, they say who made
 * it, changed it and deleted it.
 */
export function nameSampled(sample: NamedSample, users: readonly UserWrites[]): NamedSample {
  if (users.length === 0) return sample;
  const by = (of: (user: UserWrites) => number): WriterShare[] =>
    users.flatMap((each) => (of(each) > 0 ? [{ writer: writerOf(each), writes: of(each) }] : []));
  const [maker] = by(({ creates }) => creates);
  return {
    count: maker ? { ...sample.count, writer: maker.writer } : sample.count,
    changes: {
      ...sample.changes,
      writers: by(({ writes, creates, deletes }) => writes - creates - deletes),
      removers: by(({ deletes }) => deletes),
    },
  };
}

function writerOf({ user, writes, certain }: UserWrites): WriterShare['writer'] {
  const confidence: Confidence = certain === writes ? 'high' : 'medium';
  return { name: user, kind: 'user', confidence };
}
