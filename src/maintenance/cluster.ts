import { setTimeout as pause } from 'node:timers/promises';
import { isProblem } from '../errors/problem.ts';
import { chooseMember } from '../etcd/choose-member.ts';
import type { EtcdConnection } from '../etcd/connection.ts';
import { checkCertificates } from '../etcd/credentials.ts';
import { parseEndpoint, type Endpoint } from '../etcd/endpoint.ts';
import { listMembers, readThroughQuorum } from '../etcd/maintenance-calls.ts';
import type { Alarm, ListedMember } from '../etcd/maintenance-answers.ts';
import { connectMember, type Member } from '../etcd/member.ts';
import { gauge, readMetrics } from '../etcd/metrics.ts';
import { quotaFrom } from '../etcd/quota.ts';
import { armedAlarms, type MemberStatus } from '../etcd/status.ts';
import { listed } from '../words/listed.ts';
import type { MemberState, Seen, SeenMember } from './plan/seen.ts';

/** An etcd whose members are known by their ids. */
export interface Cluster {
  /** Asks every member of the list, also those that no endpoint named. Throws a Problem where no endpoint answers. */
  look(): Promise<Seen>;
  /** The connection to a member that answered a look. */
  member(id: string): Member;
  /** What its own metrics say; undefined where they cannot be read. They answer while it is blocked. */
  isDefragmenting(id: string): Promise<boolean | undefined>;
  close(): void;
}

/** Free bytes of the disk that the member at an endpoint keeps its database on; null where that cannot be seen from here. */
export type FreeDisk = (endpoint: Endpoint) => number | null;

interface Knock {
  readonly member: Member;
  /** "" where they were not asked for, or could not be had. */
  readonly metrics: string;
  /** What it answered; "busy" while a defragmentation blocks it; else why there is none. */
  readonly answer: MemberStatus | 'busy' | { readonly silence: string; readonly error: unknown };
}

export function openCluster(connection: EtcdConnection, freeDisk: FreeDisk): Cluster {
  checkCertificates(connection, Date.now());
  const hasCertificates = Boolean(connection.cacert ?? connection.cert ?? connection.key);
  const given = [
    ...new Map(
      connection.endpoints.map((text) => parseEndpoint(text, hasCertificates)).map((each) => [each.url, each]),
    ).values(),
  ];
  const connections = new Map<string, Member>();
  const byId = new Map<string, Member>();

  const connected = (endpoint: Endpoint): Member => {
    const known = connections.get(endpoint.url) ?? connectMember(endpoint, connection);
    connections.set(endpoint.url, known);
    return known;
  };
  const knock = async (endpoint: Endpoint): Promise<Knock> => {
    const member = connected(endpoint);
    const status = member.status().catch((error: unknown) => ({ silence: sentence(error), error }));
    const soon = await Promise.race([status, pause(usualAnswerMs, undefined, { ref: false })]);
    if (soon && isStatus(soon) && soon.quotaBytes !== undefined) return { member, metrics: '', answer: soon };
    const metrics = await readMetrics(endpoint, connection);
    return { member, metrics, answer: gauge(metrics, inflight) === 1 ? 'busy' : await status };
  };

  /** The first of a member's URLs behind which that very member is. */
  const find = async ({ id, clientUrls }: ListedMember, knocks: readonly Knock[]): Promise<Knock | undefined> => {
    const here = knocks.find(({ answer }) => isStatus(answer) && answer.memberId === id);
    if (here) return here;
    const endpoints = clientUrls.map((url) => parseEndpoint(url, hasCertificates));
    const busy = knocks.find(
      ({ member, answer }) => answer === 'busy' && endpoints.some(({ url }) => url === member.endpoint.url),
    );
    if (busy) return busy;
    let last: Knock | undefined;
    for (const endpoint of endpoints) {
      const tried = knocks.find(({ member }) => member.endpoint.url === endpoint.url);
      last = tried ?? (await knock(endpoint));
      if (last.answer === 'busy' || (isStatus(last.answer) && last.answer.memberId === id)) return last;
    }
    return last;
  };

  const seenMember = async (
    one: ListedMember,
    knocks: readonly Knock[],
    statuses: MemberStatus[],
  ): Promise<SeenMember> => {
    const found = await find(one, knocks);
    const base = { id: one.id, name: one.name, isLearner: one.isLearner, clientUrls: one.clientUrls };
    if (!found) return { ...base, defragmenting: false, silence: 'it has no client URL' };
    const { member, metrics, answer } = found;
    if (answer === 'busy') {
      byId.set(one.id, member);
      return { ...base, defragmenting: true, silence: 'a defragmentation blocks it' };
    }
    if (!isStatus(answer)) return { ...base, defragmenting: false, silence: answer.silence };
    if (answer.memberId !== one.id)
      return {
        ...base,
        defragmenting: false,
        silence: `another member answers at ${member.endpoint.url}: name one of its own URLs`,
      };
    byId.set(one.id, member);
    statuses.push(answer);
    const unreadable = one.isLearner ? undefined : await readThroughQuorum(member).then(() => undefined, sentence);
    return {
      ...base,
      defragmenting: false,
      state: stateOf(answer, {
        endpoint: member.endpoint.url,
        quotaBytes: quotaFrom(answer, metrics).quotaBytes,
        freeDiskBytes: freeDisk(member.endpoint),
        ...(unreadable !== undefined && { unreadable }),
      }),
    };
  };

  return {
    async look() {
      const knocks = await Promise.all(given.map(knock));
      const answering = knocks.flatMap(({ member, answer }) => (isStatus(answer) ? [{ member, status: answer }] : []));
      const chosen = chooseMember(answering)?.member;
      const first = chosen ?? knocks.find(({ answer }) => answer === 'busy')?.member;
      if (!first) throw firstError(knocks);
      // Of a quorum it waits for writes that a defragmentation blocks (etcd 3.6).
      const { clusterId, members: list } = await listMembers(first, { asItKnows: !chosen });
      const statuses: MemberStatus[] = [];
      const members = await Promise.all(list.map((one) => seenMember(one, knocks, statuses)));
      const others = members.filter(
        ({ clientUrls }) => !clientUrls.some((url) => given.some((each) => each.url === url)),
      );
      const namedBy = new Set(answering.map(({ status }) => status.memberId));
      const found = others.filter(({ id }) => !namedBy.has(id));
      return {
        clusterId,
        members,
        alarms: alarmsOf(statuses),
        strangers: strangersOf(answering, list),
        notes: [
          ...(found.length > 0
            ? [
                `found through the member list: ${listed(found.map(({ name, clientUrls }) => `${name} (${clientUrls.join(', ')})`))}`,
              ]
            : []),
          ...knocks.flatMap(({ answer }) => (answer === 'busy' || isStatus(answer) ? [] : [answer.silence])),
        ],
      };
    },
    member(id) {
      const member = byId.get(id);
      if (!member) throw new Error(`member ${id} was not seen`);
      return member;
    },
    async isDefragmenting(id) {
      const member = byId.get(id);
      const running = member && gauge(await readMetrics(member.endpoint, connection), inflight);
      return running === undefined ? undefined : running > 0;
    },
    close: () => connections.forEach((member) => member.close()),
  };
}

/** Who is silent for longer is asked for its metrics, which cost more and which a defragmentation does not block. */
const usualAnswerMs = 100;

/** etcd 3.4.18, 3.5.2 and later. */
const inflight = 'etcd_disk_defrag_inflight';

function isStatus(answer: Knock['answer']): answer is MemberStatus {
  return answer !== 'busy' && 'memberId' in answer;
}

function sentence(error: unknown): string {
  return isProblem(error) ? error.message : String(error);
}

function firstError(knocks: readonly Knock[]): unknown {
  const [first] = knocks.flatMap(({ answer }) => (answer !== 'busy' && 'error' in answer ? [answer.error] : []));
  return first ?? new Error('no endpoint was given');
}

function stateOf(
  status: MemberStatus,
  beside: Pick<MemberState, 'endpoint' | 'quotaBytes' | 'freeDiskBytes' | 'unreadable'>,
): MemberState {
  const { version, clusterId, leaderId, raftTerm, raftIndex, raftAppliedIndex, revision, sizeBytes, inUseBytes } =
    status;
  const errors = status.errors.filter((error) => armedAlarms({ errors: [error] }).length === 0);
  return {
    ...{ version, clusterId, leaderId, raftTerm, raftIndex, raftAppliedIndex, revision, sizeBytes, inUseBytes },
    errors,
    ...beside,
  };
}

/** Of all members, so that one that has not yet heard of an alarm hides nothing. */
function alarmsOf(statuses: readonly MemberStatus[]): Alarm[] {
  const all = statuses.flatMap(armedAlarms);
  return [...new Map(all.map((alarm) => [`${alarm.memberId} ${alarm.alarm}`, alarm])).values()];
}

function strangersOf(
  answering: readonly { readonly member: Member; readonly status: MemberStatus }[],
  list: readonly ListedMember[],
): string[] {
  const clusters = new Set(answering.map(({ status }) => status.clusterId));
  if (clusters.size > 1)
    return [
      `these endpoints belong to different clusters: ${listed(answering.map(({ member, status }) => `${member.endpoint.url} (cluster ${BigInt(status.clusterId).toString(16)})`))}; name those of one`,
    ];
  return answering
    .filter(({ status }) => !list.some(({ id }) => id === status.memberId))
    .map(({ member }) => `${member.endpoint.url} is no member of this cluster any more: leave it out`);
}
