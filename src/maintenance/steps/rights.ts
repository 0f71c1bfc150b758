import { etcdErrors } from '../../etcd/errors.ts';
import { nameOf, type AnsweringMember } from '../plan/seen.ts';
import type { Ports } from '../ports.ts';
import { codeOf } from './outcomes.ts';

/**
 * What this user may not do although the run would come to it; undefined where nothing is known to be missing. A snapshot
 * is begun and given up at its first piece: it takes the role that Defragment, MoveLeader and HashKV take too, changes
 * nothing, and older versions answer everything else to anybody (server/etcdserver/api/v3rpc/maintenance.go).
 */
export async function missingRights(
  member: AnsweringMember,
  { cluster }: Pick<Ports, 'cluster'>,
): Promise<string | undefined> {
  const begun = new Error('it may');
  const code = await cluster
    .member(member.id)
    .snapshot({
      write() {
        throw begun;
      },
    })
    .then(() => undefined, codeOf);
  return code === etcdErrors.denied.code
    ? `${nameOf(member)} permits this user neither snapshots nor defragmentation: nothing was changed; give a user with the role root`
    : undefined;
}
