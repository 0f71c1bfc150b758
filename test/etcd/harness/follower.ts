import { connect } from './client.ts';
import type { Etcd, EtcdMember } from './start-etcd.ts';
import { until } from './until.ts';

/** A member that does not lead and is not the first, whose endpoint tests name: one that can be missed without an election. */
export function followerOf({ members }: Etcd): Promise<EtcdMember> {
  return until('a leader', async () => {
    const [, ...others] = await Promise.all(members.map(async (member) => ({ member, ...(await statusOf(member)) })));
    return others.find(({ memberId, leaderId }) => leaderId !== '0' && memberId !== leaderId)?.member;
  });
}

async function statusOf({ endpoint }: EtcdMember) {
  const client = connect(endpoint);
  try {
    return await client.status();
  } finally {
    client.close();
  }
}
