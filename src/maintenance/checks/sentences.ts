import { listed } from '../../words/listed.ts';
import type { EtcdFlag } from '../targets/flags.ts';
import type { Target } from '../targets/target.ts';
import type { SeenMember } from './seen.ts';

/** `3.6.8 on every member`, or `3.6.8 on a and b, 3.5.9 on c`. */
export function byMember(members: readonly SeenMember[], say: (member: SeenMember) => string): string {
  const groups = Map.groupBy(members, say);
  if (groups.size === 1) return `${say(members[0]!)}${members.length > 1 ? ' on every member' : ''}`;
  return [...groups].map(([said, those]) => `${said} on ${namesOf(those)}`).join(', ');
}

export function namesOf(members: readonly { readonly name: string }[]): string {
  return listed(members.map(({ name }) => name));
}

/** The lines that set flags, and how they take effect. */
export function howToSet(target: Target, flags: readonly EtcdFlag[]): string {
  return `${target.settings(flags)}\nthen: ${target.restart}`;
}

/** The command that gives space back. */
export function maintain({ kind, name }: Target): string {
  return `kubechurn maintain ${kind === 'endpoints' ? '--etcd URLS' : `--target ${name}`}`;
}
