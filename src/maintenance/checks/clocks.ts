import { ok, skipped, warning, type Check } from './define-check.ts';

/** etcd itself warns of a second (rafthttp/probing_status.go), which the Date header cannot show. */
const warnsFromMs = 2_000;

export const clocks: Check = {
  category: 'members',
  name: 'clocks',
  needs: ['an answer'],
  looksAt: "the Date header of each member's HTTP answers, which is cut to seconds",
  warnsWhen: 'two members are 2 s or more apart, beyond what the header and the way there may be off',
  judge({ members }) {
    const read = members.flatMap(({ name, clock }) => (clock ? [{ name, ...clock }] : []));
    if (read.length < 2)
      return skipped(
        members.length < 2 ? 'unknown: it takes two members to compare' : 'unknown: fewer than two members serve HTTP',
      );
    const sorted = read.toSorted((a, b) => a.offsetMs - b.offsetMs);
    const slow = sorted[0]!;
    const fast = sorted.at(-1)!;
    const apart = fast.offsetMs - slow.offsetMs;
    const error = fast.errorMs + slow.errorMs;
    const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
    if (apart - error < warnsFromMs) return ok(`at most ${seconds(apart + error)} apart`);
    return warning(
      `${fast.name} is ${seconds(apart)} ahead of ${slow.name}, give or take ${seconds(error)}`,
      'let chrony or systemd-timesyncd keep the time on every control plane node: leases and certificates depend on it',
    );
  },
};
