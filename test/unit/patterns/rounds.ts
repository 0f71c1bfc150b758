import type { Named } from '../../incidents/registry.ts';
import { recording, type Draft, type Recording } from './recording.ts';

export interface Rounds {
  readonly objects: readonly Draft[];
  readonly by: string;
  readonly every: number;
  readonly times: number;
  readonly write: (record: Recording, object: Named, round: number) => void;
}

/** Objects that are created and then each written once a round, every so many seconds. */
export function rounds({ objects, by, every, times, write }: Rounds): Recording {
  const record = recording();
  const made = objects.map((object) => record.create(object, by));
  for (let round = 1; round <= times; round++) {
    record.wait(every);
    for (const object of made) write(record, object, round);
  }
  return record;
}
