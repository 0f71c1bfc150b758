import { armedAlarms } from '../../etcd/status.ts';
import { failed, ok, type Check } from './define-check.ts';
import { maintain, namesOf } from './sentences.ts';

export const alarms: Check = {
  category: 'space',
  name: 'alarms',
  needs: ['an answer'],
  looksAt: "the alarms that members' status states",
  failsWhen: 'one is armed',
  judge({ members, listed, target }) {
    const armed = members.flatMap(({ status }) => armedAlarms(status));
    if (armed.length === 0) return ok('none');
    const nameOf = (id: string): string =>
      members.find(({ status }) => status.memberId === id)?.name ??
      listed?.find((member) => member.id === id)?.name ??
      `member ${BigInt(id).toString(16)}`;
    // The graver first: C before N.
    const kinds = [...Map.groupBy(armed, ({ alarm }) => alarm)]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(
        ([alarm, those]) =>
          `${alarm} of ${namesOf([...new Set(those.map(({ memberId }) => memberId))].map((id) => ({ name: nameOf(id) })))}`,
      );
    if (armed.some(({ alarm }) => alarm === 'CORRUPT'))
      return failed(
        `${kinds.join(', ')}: members disagree about the data`,
        'change nothing: keep a copy of each data directory, find out which member is right, and replace the others (etcdctl member remove, then add); never disarm it instead',
      );
    return failed(
      `${kinds.join(', ')}: etcd refuses every write`,
      `see who filled it, then get the space back:\nkubechurn triage\n${maintain(target)}`,
    );
  },
};
