import type { Changes } from '../../history/changes.ts';
import { KeyHistory } from '../../history/key-history.ts';
import type { Millis, Revision } from '../../model/write.ts';
import { decodeObject } from '../../objects/decode.ts';
import { hashOf } from '../../tally/byte-table.ts';

export interface SampledWrite {
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly prefix: string;
  /** Number of what it is about; 0 for none. */
  readonly about: number;
  readonly revision: Revision;
  readonly at: Millis;
  readonly value: Uint8Array | undefined;
}

/**
 * A few keys of each prefix and of each of the first owners, seen by their metadata: who makes them, with which labels,
 * how often anew. What is written under ever new names shows in no ranking and would be gone before it could be watched.
 * Metadata alone does not tell whether a revision changed anything, so no two of them are compared.
 */
export interface Samples {
  observe(write: SampledWrite): void;
  changes(): { readonly key: string; readonly chosenFor: 'prefix' | 'owner'; readonly changes: Changes }[];
  /** Forgets what was sampled before the last turn. */
  turn(): void;
}

const perPrefix = 12;
const perOwner = 3;
const mostOwners = 512;
/** Their many writes are as they should be, and show the same thing each time. */
const observationsEach = 60;

interface Sample {
  readonly history: KeyHistory;
  readonly chosenFor: 'prefix' | 'owner';
  seen: number;
}

export function createSamples(seed: number, salt: string): Samples {
  let current = new Map<string, Sample>();
  let older = new Map<string, Sample>();
  let lots = new Map<string, { readonly key: string; readonly lot: number }[]>();
  let owners = new Map<number, number>();

  const choose = ({ key, bytes, prefix, about }: SampledWrite): Sample['chosenFor'] | undefined => {
    const ofOwner = about === 0 ? perOwner : (owners.get(about) ?? (owners.size < mostOwners ? 0 : perOwner));
    if (ofOwner < perOwner) {
      owners.set(about, ofOwner + 1);
      return 'owner';
    }
    let drawn = lots.get(prefix);
    if (!drawn) lots.set(prefix, (drawn = []));
    const lot = hashOf(bytes, 0, bytes.length, seed);
    const worst = drawn.at(-1);
    if (drawn.length >= perPrefix && worst && lot >= worst.lot) return undefined;
    if (drawn.length >= perPrefix && worst) {
      drawn.pop();
      current.delete(worst.key);
    }
    drawn.push({ key, lot });
    drawn.sort((a, b) => a.lot - b.lot);
    return 'prefix';
  };

  return {
    observe(write) {
      let sample = current.get(write.key);
      if (!sample) {
        const chosenFor = choose(write);
        if (chosenFor === undefined) return;
        sample = { history: new KeyHistory(0), chosenFor, seen: 0 };
        current.set(write.key, sample);
      }
      if (sample.seen++ >= observationsEach) return;
      const { revision, at, value } = write;
      sample.history.observe({
        ...{ key: 0, revision, at, gapBefore: true },
        object: value && decodeObject(value, write.key, salt),
      });
    },
    changes: () =>
      [...new Map([...older, ...current])].map(([key, { history, chosenFor }]) => ({
        key,
        chosenFor,
        changes: history.changes(),
      })),
    turn() {
      older = current;
      current = new Map();
      lots = new Map();
      owners = new Map();
    },
  };
}
