import { nameOf, type MemberState, type Seen, type SeenMember } from '../../../src/maintenance/plan/seen.ts';
import type { MaintenanceSettings } from '../../../src/maintenance/plan/settings.ts';

export const MiB = 2 ** 20;
export const GiB = 2 ** 30;

export type MemberSketch = Partial<MemberState> & Partial<Omit<SeenMember, 'state'>>;

/** Three voters on etcd 3.6.8 with a quota of 2 GiB, `a` leading, each with 100 MiB of which all are in use. */
export function cluster(sketches: Readonly<Record<string, MemberSketch>> = {}, alarms: readonly string[] = []): Seen {
  const names = Object.keys({ a: 0, b: 0, c: 0, ...sketches }).filter((name) => sketches[name] !== gone);
  const members = names.map((name) => member(name, sketches[name] ?? {}));
  return {
    clusterId: healthy.clusterId,
    members,
    alarms: alarms.map((text) => {
      const [alarm = '', name = ''] = text.split(' ');
      return { alarm, memberId: members.find((each) => nameOf(each) === name)?.id ?? name };
    }),
    strangers: [],
    notes: [],
  };
}

/** In place of a sketch: this one does not exist. */
export const gone: MemberSketch = {};

function member(
  name: string,
  { clientUrls, isLearner = false, defragmenting = false, silence, ...state }: MemberSketch,
): SeenMember {
  const id = idOf(name);
  return {
    id,
    name,
    isLearner,
    clientUrls: clientUrls ?? [`http://${name}:2379`],
    defragmenting,
    ...(silence === undefined && !defragmenting
      ? { state: { ...healthy, endpoint: `http://${name}:2379`, ...state } }
      : {}),
    ...(silence !== undefined && { silence }),
  };
}

/** Beyond 2^53, as etcd's are. */
export function idOf(name: string): string {
  return String(10_501_334_649_042_878_000n + BigInt(name.charCodeAt(0)));
}

const healthy: Omit<MemberState, 'endpoint'> = {
  version: '3.6.8',
  clusterId: '1',
  leaderId: idOf('a'),
  raftTerm: 2,
  raftIndex: 50_000,
  raftAppliedIndex: 50_000,
  revision: 40_000,
  sizeBytes: 100 * MiB,
  inUseBytes: 100 * MiB,
  errors: [],
  quotaBytes: 2 * GiB,
  freeDiskBytes: null,
};

export const settings: MaintenanceSettings = {
  budget: { share: 0.8 },
  maxFragmentation: 0.5,
  keep: { milliseconds: 300_000 },
  keepIsDefault: true,
  evidence: true,
  acceptOutage: false,
  acceptVersionRisk: false,
};

export const full: MemberSketch = { sizeBytes: 2 * GiB, inUseBytes: 2 * GiB - MiB };
