import { runChecks } from '../../../../src/maintenance/checks/run-checks.ts';
import type { Seen, SeenMember } from '../../../../src/maintenance/checks/seen.ts';
import { plainEndpoints } from '../../../../src/maintenance/targets/endpoints.ts';
import type { CheckOutcome } from '../../../../src/model/check.ts';

export const MiB = 1024 ** 2;
export const GiB = 1024 ** 3;
export const minute = 60_000;
export const day = 24 * 60 * minute;
export const now = Date.parse('2027-03-01T12:00:00Z');

type Change = Partial<Omit<SeenMember, 'status' | 'quota' | 'flags' | 'later'>> & {
  readonly status?: Partial<SeenMember['status']>;
  readonly quotaBytes?: number | null;
  readonly flags?: Readonly<Record<string, string>> | undefined;
  /** In use at a second look, ten seconds later. */
  readonly grownTo?: number;
};

/** A member with nothing wrong; its id is its number. */
export function member(
  number: number,
  { status, quotaBytes = 8 * GiB, flags, grownTo, ...rest }: Change = {},
): SeenMember {
  const healthy: SeenMember['status'] = {
    memberId: String(number),
    clusterId: '77',
    revision: 500_000,
    version: '3.6.8',
    sizeBytes: 400 * MiB,
    inUseBytes: 300 * MiB,
    leaderId: '1',
    raftTerm: 4,
    raftIndex: 900_000,
    raftAppliedIndex: 900_000,
    isLearner: false,
    alarms: [],
    errors: [],
    ...status,
  };
  return {
    name: `etcd-${number}`,
    url: `https://10.0.0.${number}:2379`,
    found: false,
    status: healthy,
    quota: { quotaBytes, quotaSource: quotaBytes === null ? 'etcd 3.5.9 does not state it' : "etcd's status" },
    flags: new Map(Object.entries(flags ?? { 'auto-compaction-mode': 'periodic', 'auto-compaction-retention': '30m' })),
    compactRevision: 499_500,
    lastCompaction: now - 3 * minute,
    clock: { offsetMs: 20, errorMs: 510 },
    volume: null,
    later: { status: { ...healthy, inUseBytes: grownTo ?? healthy.inUseBytes }, afterMs: 10_000 },
    ...rest,
  };
}

/** Three healthy members, but for what is said. */
export function seen(change: Partial<Seen> = {}): Seen {
  const members = change.members ?? [member(1), member(2), member(3)];
  return {
    now,
    target: plainEndpoints,
    listed: members.map(({ name, url, status: { memberId, isLearner } }) => ({
      id: memberId,
      name,
      clientUrls: [url],
      isLearner,
    })),
    silent: [],
    note: { revision: 499_500, writtenAt: now - 3 * minute },
    strayQuota: undefined,
    ownCertificates: [{ name: '--cert client.crt', validTo: now + 200 * day }],
    presented: members.map(({ url }) => ({
      url,
      chain: [{ subject: 'CN=etcd', validFrom: now - day, validTo: now + 300 * day }],
    })),
    ...change,
    members,
  };
}

/** What the check of this name says. */
export function outcome(name: string, world: Seen): CheckOutcome {
  const found = runChecks(world).find((check) => check.name === name);
  if (!found) throw new Error(`no check is called ${name}`);
  return found;
}
