import { isProblem } from '../errors/problem.ts';
import type { Member } from '../etcd/member.ts';
import { readKey } from '../etcd/read-key.ts';
import { isObject } from '../objects/json-text.ts';
import { encodingOf, readStored } from '../objects/stored-value.ts';

/** Their electors renew them every 2 s (client-go leaderelection RetryPeriod). */
const clocks = ['/registry/leases/kube-system/kube-scheduler', '/registry/leases/kube-system/kube-controller-manager'];

/**
 * When a revision was written, to a few seconds: the last renewTime that the control plane's leases had by then, in
 * milliseconds since 1970. undefined where none is stored, or none can be read, or the revision is compacted.
 */
export async function timeOfRevision(member: Pick<Member, 'range'>, revision: number): Promise<number | undefined> {
  const times = await Promise.all(clocks.map((key) => renewedAt(member, key, revision)));
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

async function renewedAt(member: Pick<Member, 'range'>, key: string, revision: number): Promise<number | undefined> {
  try {
    const stored = await readKey(member, key, { revision, what: 'a lease of the control plane' });
    const spec = stored && readStored(stored.value, encodingOf(stored.value))?.['spec'];
    const renewTime = isObject(spec) ? spec['renewTime'] : undefined;
    const at = typeof renewTime === 'string' ? Date.parse(renewTime) : Number.NaN;
    return Number.isNaN(at) ? undefined : at;
  } catch (error) {
    if (isProblem(error)) return undefined;
    throw error;
  }
}
