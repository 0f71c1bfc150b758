import type { Need } from './define-check.ts';
import type { Seen } from './seen.ts';

/** Why a need is not met; undefined where it is. */
export const lacks: Readonly<Record<Need, (seen: Seen) => string | undefined>> = {
  'an answer': ({ members }) => (members.length === 0 ? 'unknown: no member answered' : undefined),
  'the member list': ({ listed }) => (listed ? undefined : 'unknown: no member told the list of members'),
  'the quota': ({ members }) =>
    members.some(({ quota }) => quota.quotaBytes !== null)
      ? undefined
      : `unknown: ${members[0]?.quota.quotaSource ?? 'no member answered'}`,
  flags: ({ members }) =>
    members.some(({ flags }) => flags)
      ? undefined
      : 'unknown: neither /debug/vars nor a file on this machine shows the flags of this etcd',
  'two looks': ({ members }) =>
    members.some(({ later }) => later) ? undefined : 'unknown: no member could be looked at twice',
  TLS: ({ presented }) => (presented.length === 0 ? 'this etcd is reached without TLS' : undefined),
};
