import type { createChangeCounter, Counters } from './count-changes.ts';

/** What watching this cluster cannot show, or did not, one sentence each. */
export function liveNotSeen(
  { coverage, window, gaps, states }: Counters,
  counter: Pick<ReturnType<typeof createChangeCounter>, 'synced' | 'notSeen'>,
  seesEtcd: boolean,
): string[] {
  return [
    ...(counter.synced ? [] : ['the first lists are not complete yet, so nothing is counted']),
    ...(seesEtcd ? [] : withoutEtcd(coverage.isEtcd)),
    ...(window.untracked > 0
      ? [`${window.untracked} writes of keys beyond the limit are counted by resource only`]
      : []),
    ...gaps.sentences(window.since),
    ...states.notSeen(),
    ...counter.notSeen,
  ];
}

function withoutEtcd(isEtcd: boolean): string[] {
  return [
    isEtcd
      ? 'no API watch shows masterleases, peerserverleases, ranges and compact_rev_key, which the API servers keep for themselves'
      : 'the store behind this API server does not number writes as etcd does, so coverage is unknown',
    'the API does not tell how large objects are as stored, so sizes are 0',
  ];
}
