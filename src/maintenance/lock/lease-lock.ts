import { isApiFailure } from '../../kube/api.ts';
import { deleteLease, holderOf, readLease, writeLease, type LeasePlace } from '../../kube/lease.ts';
import type { JsonObject } from '../../model/json.ts';
import { maintenanceErrors } from '../errors.ts';
import type { Clock, Lock } from '../ports.ts';

export interface LeaseLockOptions extends LeasePlace {
  /** This run, so that the next one can say who holds it. */
  readonly identity: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told when somebody has to be waited for. */
  readonly tell: (what: string) => void;
  /** A holder that was not heard of for so long has lost it. */
  readonly leaseSeconds?: number;
}

/** Hashing and encrypting a large backup keeps this process from renewing it for seconds, on a slow disk for more. */
const defaultSeconds = 60;
/** What somebody else's Lease says of itself is believed up to this. */
const atMostSeconds = 120;

/**
 * Takes a Lease of another cluster than the one whose etcd is maintained, so that runs on different hosts exclude each
 * other. Throws MAINTAIN_LOCKED where somebody holds it, an ApiFailure where it can be neither read nor written. One that
 * looks abandoned is watched for as long as it may go unrenewed before it is taken over: clocks differ.
 */
export async function takeLeaseLock(options: LeaseLockOptions): Promise<Lock> {
  const { identity, clock, signal, tell, namespace, name, leaseSeconds = defaultSeconds } = options;
  const where = `Lease ${namespace}/${name}`;
  const locked = (lease: JsonObject | undefined): Error => {
    const { holder, acquired, renewal } = holderOf(lease);
    return maintenanceErrors.locked(where, `${holder}, since ${acquired}, last heard of at ${renewal}`);
  };
  const write = (before: JsonObject | undefined): Promise<JsonObject> =>
    writeLease(options, before, { holder: identity, seconds: leaseSeconds, now: clock.now() });

  let lease = await readLease(options);
  const found = holderOf(lease);
  if (found.holder !== '') {
    const patience = Math.min(found.seconds, atMostSeconds) * 1000;
    if (clock.now() - Date.parse(found.renewal) < patience) throw locked(lease);
    tell(`watching whether ${found.holder}, who holds ${where}, is still there`);
    await clock.wait(patience, signal);
    lease = await readLease(options);
    const later = holderOf(lease);
    if (later.holder !== '' && (later.holder !== found.holder || later.renewal !== found.renewal)) throw locked(lease);
  }
  let renewedAt = clock.now();
  try {
    lease = await write(lease);
  } catch (error) {
    if (isApiFailure(error) && error.status === 409) throw locked(await readLease(options));
    throw error;
  }

  const renew = async (): Promise<void> => {
    const at = clock.now();
    try {
      lease = await write(lease);
      renewedAt = at;
    } catch (error) {
      // Somebody wrote it meanwhile: an annotation, perhaps, and then it is still ours.
      if (isApiFailure(error) && error.status === 409) lease = await readLease(options).catch(() => lease);
    }
    if (holderOf(lease).holder !== identity) renewedAt = -Infinity;
  };
  let renewing = Promise.resolve();
  const timer = setInterval(
    () => {
      if (renewedAt > -Infinity) renewing = renewing.then(renew);
    },
    (leaseSeconds * 1000) / 10,
  );
  timer.unref();
  const isHeld = (): boolean => clock.now() - renewedAt < leaseSeconds * 1000;
  return {
    why: `nobody else holds ${where}`,
    isHeld,
    async release() {
      clearInterval(timer);
      await renewing;
      const last = await readLease(options).catch(() => undefined);
      if (last && holderOf(last).holder === identity) await deleteLease(options, last).catch(() => undefined);
    },
  };
}
