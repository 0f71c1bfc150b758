import { isProblem } from '../../errors/problem.ts';
import type { EtcdConnection } from '../../etcd/connection.ts';
import { parseEndpoint, type Endpoint } from '../../etcd/endpoint.ts';
import { listMembers } from '../../etcd/maintenance-calls.ts';
import type { ListedMember } from '../../etcd/maintenance-answers.ts';
import { connectMember, type Member } from '../../etcd/member.ts';
import type { MemberStatus } from '../../etcd/status.ts';
import type { SilentMember } from './seen.ts';

export interface AskedMember {
  readonly member: Member;
  readonly status: MemberStatus;
  readonly name: string;
  /** By the list of members only. */
  readonly found: boolean;
}

export interface Asked {
  readonly listed: readonly ListedMember[] | undefined;
  readonly answering: readonly AskedMember[];
  readonly silent: readonly SilentMember[];
  /** All that were tried. */
  readonly endpoints: readonly Endpoint[];
  close(): void;
}

type Answer = { readonly member: Member } & ({ readonly status: MemberStatus } | { readonly why: string });

/** The given endpoints and then those of the members that are listed and did not answer; each member once. */
export async function askMembers(connection: EtcdConnection): Promise<Asked> {
  const opened: Member[] = [];
  const ask = async (endpoint: Endpoint): Promise<Answer> => {
    const member = connectMember(endpoint, connection);
    opened.push(member);
    try {
      return { member, status: await member.status() };
    } catch (error) {
      if (isProblem(error)) return { member, why: error.message };
      throw error;
    }
  };
  const close = (): void => opened.forEach((member) => member.close());
  try {
    const hasCertificates = Boolean(connection.cacert ?? connection.cert ?? connection.key);
    const given = byUrl(connection.endpoints.map((text) => parseEndpoint(text, hasCertificates)));
    const answers = await Promise.all(given.map(ask));
    const listed = await firstList(answers);
    const others = byUrl(missingMembers(listed, answers)).filter(({ url }) => !given.some((each) => each.url === url));
    const found = await Promise.all(others.map(ask));
    return { ...sorted(answers, found, listed), listed, endpoints: [...given, ...others], close };
  } catch (error) {
    close();
    throw error;
  }
}

async function firstList(answers: readonly Answer[]): Promise<readonly ListedMember[] | undefined> {
  for (const answer of answers) {
    if (!('status' in answer)) continue;
    try {
      return (await listMembers(answer.member, { asItKnows: true })).members;
    } catch (error) {
      if (!isProblem(error)) throw error;
    }
  }
  return undefined;
}

/** Endpoints of the members that nobody answered for. */
function missingMembers(listed: readonly ListedMember[] | undefined, answers: readonly Answer[]): Endpoint[] {
  const known = new Set(answers.flatMap((answer) => ('status' in answer ? [answer.status.memberId] : [])));
  return (listed ?? []).filter(({ id }) => !known.has(id)).flatMap(({ clientUrls }) => clientUrls.map(endpointOf));
}

function endpointOf(url: string): Endpoint {
  return parseEndpoint(url, false);
}

function sorted(
  given: readonly Answer[],
  found: readonly Answer[],
  listed: readonly ListedMember[] | undefined,
): Pick<Asked, 'answering' | 'silent'> {
  const answering = new Map<string, AskedMember>();
  const silent = new Map<string, SilentMember>();
  const all = [
    ...given.map((answer) => ({ answer, found: false })),
    ...found.map((answer) => ({ answer, found: true })),
  ];
  for (const { answer, found: wasFound } of all) {
    const { url } = answer.member.endpoint;
    if ('why' in answer) {
      const name = nameAt(listed, url) ?? url;
      if (!silent.has(name)) silent.set(name, { name, why: answer.why });
      continue;
    }
    const { memberId } = answer.status;
    if (answering.has(memberId)) continue;
    const name = listed?.find(({ id }) => id === memberId)?.name || url;
    answering.set(memberId, { member: answer.member, status: answer.status, name, found: wasFound });
  }
  // A member with two URLs is silent only where it answers at neither.
  const answered = new Set([...answering.values()].map(({ name }) => name));
  return {
    answering: [...answering.values()].sort(byName),
    silent: [...silent.values()].filter(({ name }) => !answered.has(name)).sort(byName),
  };
}

/** etcd lists its members by their ids, which mean nothing to anybody. */
function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}

function nameAt(listed: readonly ListedMember[] | undefined, url: string): string | undefined {
  return listed?.find(({ clientUrls }) => clientUrls.some((each) => endpointOf(each).url === url))?.name || undefined;
}

function byUrl(endpoints: readonly Endpoint[]): Endpoint[] {
  return [...new Map(endpoints.map((endpoint) => [endpoint.url, endpoint])).values()];
}
