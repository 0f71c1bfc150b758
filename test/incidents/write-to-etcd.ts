import type { Revision } from '../../src/model/write.ts';
import type { Mutation } from './mutation.ts';
import type { Accepted } from './truth.ts';

/** An operation of a transaction; without a value it deletes. */
export interface Operation {
  readonly key: string;
  readonly value?: Uint8Array;
  readonly lease?: string;
}

/** What writing needs of an etcd client. Each resolves to the revision the change got; errors carry etcd's own message. */
export interface EtcdWriter {
  write(operations: readonly Operation[]): Promise<Revision>;
  grantLease(ttlSeconds: number): Promise<string>;
  /** Resolves to the revision in which the attached keys went. */
  revokeLease(lease: string): Promise<Revision>;
}

export interface Written {
  readonly accepted: readonly Accepted[];
  /** etcd's own words, where it refused a write for want of space. */
  readonly refusal?: string;
}

interface Options {
  /** Requests in flight; changes of one key never overlap. */
  readonly concurrency?: number;
  readonly onProgress?: (accepted: number) => void;
}

const noSpace = /database space exceeded/;

/** Writes until the mutations end or etcd answers NOSPACE; any other error is thrown. Keys keep their order, and all together do but for what is in flight. */
export async function writeToEtcd(mutations: Iterable<Mutation>, etcd: EtcdWriter, { concurrency = 64, onProgress }: Options = {}): Promise<Written> {
  const accepted: Accepted[] = [];
  const leases = new Map<number, Promise<string>>();
  /** The last request that concerns a key or a lease: the next one waits for it. */
  const last = new Map<string, Promise<void>>();
  const inFlight = new Set<Promise<void>>();
  const stopped: { refusal?: string; failure?: unknown } = {};
  const ended = () => stopped.refusal !== undefined || stopped.failure !== undefined;
  const leaseOf = (number: number) => leases.getOrInsertComputed?.(number) ?? leases.get(number) ?? grant(number);
  const grant = (number: number) => {
    const granted = etcd.grantLease(leaseTtlSeconds);
    leases.set(number, granted);
    return granted;
  };

  async function send(group: readonly Mutation[]): Promise<void> {
    const revision = await request(group);
    for (const mutation of group) accepted.push({ ...mutation, revision });
    onProgress?.(accepted.length);
  }
  async function request(group: readonly Mutation[]): Promise<Revision> {
    const [{ lease, value } = {}] = group;
    if (lease !== undefined && !value) return etcd.revokeLease(await leaseOf(lease));
    const operations = group.map(async ({ key, value, lease }): Promise<Operation> => ({ key, ...(value ? { value } : {}), ...(lease === undefined ? {} : { lease: await leaseOf(lease) }) }));
    return etcd.write(await Promise.all(operations));
  }

  for (const group of transactions(mutations)) {
    if (ended()) break;
    const concerns = [...new Set(group.flatMap(({ key, lease }) => (lease === undefined ? [key] : [key, `lease ${lease}`])))];
    const before = concerns.flatMap((concern) => last.get(concern) ?? []);
    const done: Promise<void> = Promise.all(before)
      .then(() => (ended() ? undefined : send(group)))
      .catch((error: unknown) => {
        if (error instanceof Error && noSpace.test(error.message)) stopped.refusal ??= error.message;
        else stopped.failure ??= error;
      })
      .then(() => {
        inFlight.delete(done);
        for (const concern of concerns) if (last.get(concern) === done) last.delete(concern);
      });
    inFlight.add(done);
    for (const concern of concerns) last.set(concern, done);
    if (inFlight.size >= concurrency) await Promise.race(inFlight);
  }
  await Promise.all(inFlight);
  if (stopped.failure !== undefined) throw stopped.failure;
  return { accepted, ...(stopped.refusal === undefined ? {} : { refusal: stopped.refusal }) };
}

/** Longer than any test: leases here go only when they are revoked. */
const leaseTtlSeconds = 3600;

function* transactions(mutations: Iterable<Mutation>): Generator<readonly Mutation[]> {
  let group: Mutation[] = [];
  for (const mutation of mutations) {
    const [first] = group;
    if (first && (first.txn === undefined || first.txn !== mutation.txn)) {
      yield group;
      group = [];
    }
    group.push(mutation);
  }
  if (group.length > 0) yield group;
}
