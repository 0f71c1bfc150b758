import * as fc from 'fast-check';
import type { Row } from './bbolt-file.ts';

const encoder = new TextEncoder();

const prefixesOfRows = [
  '/registry/pods/team-a/',
  '/registry/events/team-a/',
  '/registry/services/specs/team-b/',
  '/registry/apps.example.com/widgets/team-b/',
  '/registry/minions/',
  '/somewhere/else/',
  'compact_rev_key',
];

interface Step {
  readonly key: number;
  readonly deletes: boolean;
  readonly size: number;
  readonly leased: boolean;
  /** A value that names an owner and a writer, or reports something; undefined: `size` bytes that mean nothing. */
  readonly says: number | undefined;
  /** In the transaction of the step before. */
  readonly joins: boolean;
  /** Revisions that compaction took away before it. */
  readonly skips: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  key: fc.nat(20),
  deletes: fc.boolean(),
  size: fc.oneof(fc.nat(80), fc.integer({ min: 3_000, max: 20_000 })),
  leased: fc.boolean(),
  says: fc.option(fc.nat(63), { nil: undefined }),
  joins: fc.boolean(),
  skips: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.nat(200_000)),
});

/** A history as etcd keeps it: versions count up from a creation, a key is deleted once at most in a row. */
export const anyRows: fc.Arbitrary<Row[]> = fc
  .tuple(fc.integer({ min: 2, max: 2 ** 39 }), fc.array(step, { maxLength: 120, size: 'max' }))
  .map(([start, steps]) => rowsOf(start, steps));

function rowsOf(start: number, steps: readonly Step[]): Row[] {
  const versions = new Map<string, number>();
  const inTransaction = new Set<string>();
  const rows: Row[] = [];
  let revision = start;
  let sub = 0;
  steps.forEach(({ key: nth, deletes, size, leased, says, joins, skips }, i) => {
    const prefix = prefixesOfRows[nth % prefixesOfRows.length]!;
    const id = prefix === 'compact_rev_key' ? prefix : `${prefix}name-${nth}`;
    // etcd refuses a transaction that changes a key twice (api/v3rpc: "duplicate key given in txn request").
    if (i > 0 && joins && !inTransaction.has(id)) sub++;
    else {
      revision += 1 + skips;
      sub = 0;
      inTransaction.clear();
    }
    inTransaction.add(id);
    const key = encoder.encode(id);
    const version = versions.get(id) ?? 0;
    // The first change that is left of a key may be its deletion: etcd keeps a tombstone at the compacted revision.
    const isTombstone = deletes && (version > 0 || !versions.has(id));
    const row = { revision, sub, key };
    versions.set(id, isTombstone ? 0 : version + 1);
    if (isTombstone) rows.push({ ...row, value: undefined, version: 0, lease: 0 });
    else
      rows.push({
        ...row,
        value: says === undefined ? new Uint8Array(size).fill(0x78) : object(says, prefix),
        version: version + 1,
        lease: leased ? 0x326895d3e4f21 : 0,
      });
  });
  return rows;
}

/** Few owners, each under two uids as if it had been created again, few writers and few reasons, so that ties are common. */
function object(says: number, prefix: string): Uint8Array {
  const owner = {
    apiVersion: 'apps/v1',
    kind: says & 1 ? 'ReplicaSet' : 'Pod',
    name: says & 2 ? 'name-0' : 'other',
    uid: says & 4 ? 'u-1' : 'u-2',
  };
  const metadata = {
    managedFields: [
      { manager: says & 8 ? 'one' : 'two', operation: 'Update', time: `2026-01-0${1 + (says & 7)}T00:00:00Z` },
    ],
    name: 'name',
    namespace: 'team-a',
    ownerReferences: [owner],
  };
  const event = {
    apiVersion: 'v1',
    involvedObject: { ...owner, namespace: 'team-a' },
    kind: 'Event',
    metadata,
    reason: says & 16 ? 'Failed' : 'Killed',
    source: { component: 'kubelet' },
  };
  return encoder.encode(
    JSON.stringify(prefix.includes('/events/') ? event : { apiVersion: 'v1', kind: 'Thing', metadata }),
  );
}
