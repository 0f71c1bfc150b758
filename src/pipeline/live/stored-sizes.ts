import type { Millis } from '../../model/write.ts';

/** A size that etcd told of a key that no API watch has shown yet. */
interface Waiting {
  readonly key: Uint8Array;
  readonly bytes: number;
  readonly at: Millis;
}

/** An API watch shows a write soon after etcd does; what takes longer is not going to come. */
const patience = 60_000;
/** Some 200 bytes each. */
const mostWaiting = 50_000;

/**
 * Sizes come from etcd's watch, the writes themselves from the API's, in any order. A size of a key that is not known yet
 * waits for it.
 * @param count false where the key is not known
 */
export function createStoredSizes(count: (key: Uint8Array, bytes: number) => boolean) {
  let waiting: Waiting[] = [];
  return {
    told(key: Uint8Array, bytes: number, at: Millis): void {
      if (!count(key, bytes) && waiting.length < mostWaiting) waiting.push({ key, bytes, at });
    },
    /** To be called now and then. */
    settle(now: Millis): void {
      if (waiting.length === 0) return;
      waiting = waiting.filter(({ key, bytes, at }) => !count(key, bytes) && now - at < patience);
    },
  };
}
