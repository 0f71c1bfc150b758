import type { PageSource } from '../../bbolt/page.ts';
import { buildHistory } from '../../history/build-history.ts';
import type { Changes } from '../../history/changes.ts';
import type { Observation } from '../../model/observation.ts';
import type { KeyId } from '../../model/write.ts';
import { decodeObject } from '../../objects/decode.ts';
import { openFile } from '../../sources/snapshot/open-file.ts';
import { readValue } from '../../sources/snapshot/read-values.ts';
import type { KeyReading, ReadPlan } from './read-plan.ts';

/** Reads keys until none is left, telling `onKey` after each how many were taken so far by all threads. */
export function readKeys(plan: ReadPlan, onKey?: (taken: number) => void): [KeyId, Changes][] {
  const { file, keys, nextKey, salt } = plan;
  const source = openFile(file);
  try {
    const read: [KeyId, Changes][] = [];
    for (let i = Atomics.add(nextKey, 0, 1); i < keys.length; i = Atomics.add(nextKey, 0, 1)) {
      const key = keys[i]!;
      read.push([key.id, buildHistory(observations(source, key, salt))]);
      onKey?.(Math.min(keys.length, Atomics.load(nextKey, 0)));
    }
    return read;
  } finally {
    source.close();
  }
}

function* observations(source: PageSource, reading: KeyReading, salt: string): Generator<Observation> {
  const { id, key, revision, at, handle, pairSize, gapBefore, writers } = reading;
  for (let i = 0; i < revision.length; i++) {
    const value = readValue(source, handle[i]!, pairSize[i]!);
    const named = writers?.get(revision[i]!);
    yield {
      key: id,
      revision: revision[i]!,
      object: value && decodeObject(value, key, salt),
      ...(Number.isNaN(at[i]) ? {} : { at: at[i]! }),
      ...named,
      ...(gapBefore[i] === 1 && { gapBefore: true }),
    };
  }
}
