import { failed, ok, type Check } from './define-check.ts';
import { byMember } from './sentences.ts';

export const oneCluster: Check = {
  category: 'members',
  name: 'one cluster',
  needs: ['an answer'],
  looksAt: 'the cluster id that each member states',
  failsWhen: 'they differ: an endpoint belongs to another etcd',
  judge({ members }) {
    const hex = (id: string): string => BigInt(id).toString(16);
    const ids = new Set(members.map(({ status }) => status.clusterId));
    if (ids.size === 1) return ok(`cluster ${hex([...ids][0] ?? '0')}`);
    return failed(
      byMember(members, ({ status }) => hex(status.clusterId)),
      'give the endpoints of one etcd only',
    );
  },
};
