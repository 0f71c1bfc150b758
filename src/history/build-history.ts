import type { Observation } from '../model/observation.ts';
import type { Changes } from './changes.ts';
import { KeyHistory } from './key-history.ts';

export interface HistoryOptions {
  /** Fields followed per key; an object that grows new ones without end stays bounded. */
  readonly pathsKept?: number;
}

/** Compares the revisions of one key, given in revision order, and keeps what moved, how and by whom; never a value. */
export function buildHistory(observations: Iterable<Observation>, { pathsKept = 512 }: HistoryOptions = {}): Changes {
  const history = new KeyHistory(pathsKept);
  for (const observation of observations) history.observe(observation);
  return history.changes();
}
