import type { Revision } from '../../src/model/write.ts';
import type { EtcdClient, Operation } from '../etcd/harness/client.ts';
import type { Mutation } from './mutation.ts';
import type { Accepted } from './truth.ts';

export type EtcdWriter = Pick<EtcdClient, 'get' | 'put' | 'delete' | 'txn' | 'grantLease' | 'revokeLease' | 'status'>;

export interface Written {
  readonly accepted: readonly Accepted[];
  /** etcd's own words, where it refused a write for want of space. */
  readonly refusal?: string;
}

interface Options {
  /** Requests in flight; changes of one key never overlap. */
  readonly concurrency?: number;
  /** Told after every request that succeeded. */
  readonly onProgress?: (acceptedSoFar: number, last: Mutation) => void;
}

/**
 * Writes until the mutations end or etcd answers NOSPACE; any other error is thrown. Each key keeps its order, and so do
 * all of them together but for the few in flight.
 */
export async function writeToEtcd(
  mutations: Iterable<Mutation>,
  etcd: EtcdWriter,
  { concurrency = 64, onProgress }: Options = {},
): Promise<Written> {
  const accepted: Accepted[] = [];
  const inFlight = new Set<Promise<void>>();
  const lastOfKey = new Map<string, Promise<void>>();
  const sender = createSender(etcd);
  let refusal: string | undefined;
  let failure: Error | undefined;
  let goOn: (() => void) | undefined;
  const ended = () => refusal !== undefined || failure !== undefined;

  const refused: (readonly Mutation[])[] = [];
  const send = async (group: readonly Mutation[]) => {
    if (ended()) return;
    try {
      const revision = await sender(group);
      for (const mutation of group) accepted.push({ ...mutation, revision });
      const last = group.at(-1);
      if (last) onProgress?.(accepted.length, last);
    } catch (error) {
      const problem = error instanceof Error ? error : new Error(String(error));
      if (!problem.message.includes('database space exceeded')) failure ??= problem;
      else {
        refusal ??= problem.message;
        refused.push(group);
      }
    }
  };
  for (const group of transactions(mutations)) {
    // Which keys a revoked lease takes along depends on everything before it.
    if (isRevocation(group)) await Promise.all(inFlight);
    if (ended()) break;
    const before = group.flatMap(({ key }) => lastOfKey.get(key) ?? []);
    const request = Promise.all(before)
      .then(() => send(group))
      .finally(() => {
        inFlight.delete(request);
        for (const { key } of group) if (lastOfKey.get(key) === request) lastOfKey.delete(key);
        goOn?.();
      });
    inFlight.add(request);
    for (const { key } of group) lastOfKey.set(key, request);
    if (isRevocation(group)) await request;
    else if (inFlight.size >= concurrency) await new Promise<void>((resolve) => (goOn = resolve));
  }
  await Promise.all(inFlight);
  if (failure !== undefined) throw failure;
  accepted.push(...(await appliedAllTheSame(refused, accepted, etcd)));
  return { accepted, ...(refusal === undefined ? {} : { refusal }) };
}

/**
 * The put with which etcd crosses its quota is answered as refused, and so are those behind it in the log, yet they are
 * applied (quotaApplierV3 in etcd server/etcdserver/apply): only the keys themselves tell.
 */
async function appliedAllTheSame(
  refused: readonly (readonly Mutation[])[],
  accepted: readonly Accepted[],
  etcd: EtcdWriter,
): Promise<Accepted[]> {
  const known = new Set(accepted.map(({ revision }) => revision));
  const found: Accepted[] = [];
  for (const group of refused) {
    const put = group.find(({ value }) => value !== undefined);
    const revision = put && (await etcd.get(put.key))?.modRevision;
    if (revision !== undefined && !known.has(revision))
      found.push(...group.map((mutation) => ({ ...mutation, revision })));
  }
  return found;
}

const isRevocation = ([first]: readonly Mutation[]) => first?.lease !== undefined && first.value === undefined;

/** Longer than any test: these leases go only when they are revoked. */
const leaseTtlSeconds = 3600;

/** Makes one request of a transaction's mutations and resolves to its revision. */
function createSender(etcd: EtcdWriter): (group: readonly Mutation[]) => Promise<Revision> {
  const leases = new Map<number, Promise<string>>();
  const leaseId = (number: number) => {
    const id = leases.get(number) ?? etcd.grantLease(leaseTtlSeconds);
    leases.set(number, id);
    return id;
  };
  const operation = async ({ key, value, lease }: Mutation): Promise<Operation> => {
    if (!value) return { delete: key };
    return { put: key, value, ...(lease === undefined ? {} : { lease: await leaseId(lease) }) };
  };
  const revoke = async (number: number) => {
    await etcd.revokeLease(await leaseId(number));
    leases.delete(number);
    return (await etcd.status()).revision;
  };
  return async (group) => {
    const [first, ...others] = group;
    if (!first) throw new Error('a transaction without a mutation');
    if (first.lease !== undefined && !first.value) return revoke(first.lease);
    if (others.length > 0) return etcd.txn(await Promise.all(group.map(operation)));
    if (!first.value) return etcd.delete(first.key);
    return etcd.put(first.key, first.value, first.lease === undefined ? {} : { lease: await leaseId(first.lease) });
  };
}

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
