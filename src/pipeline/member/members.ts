import { isProblem } from '../../errors/problem.ts';
import { chooseMember } from '../../etcd/choose-member.ts';
import type { EtcdConnection } from '../../etcd/connection.ts';
import { checkCertificates } from '../../etcd/credentials.ts';
import { parseEndpoint } from '../../etcd/endpoint.ts';
import { connectMember, type Member } from '../../etcd/member.ts';
import type { MemberStatus } from '../../etcd/status.ts';

export interface AnsweringMember {
  readonly member: Member;
  readonly status: MemberStatus;
}

export interface LiveMembers {
  /** The one to read from comes first. */
  readonly answering: readonly AnsweringMember[];
  /** One sentence for each that did not answer. */
  readonly silent: readonly string[];
  close(): void;
}

/** Connects to every endpoint and asks for its status. Throws the first one's Problem where none answers. */
export async function connectMembers(connection: EtcdConnection): Promise<LiveMembers> {
  checkCertificates(connection, Date.now());
  const hasCertificates = Boolean(connection.cacert ?? connection.cert ?? connection.key);
  const endpoints = connection.endpoints.map((text) => parseEndpoint(text, hasCertificates));
  const members = [...new Map(endpoints.map((endpoint) => [endpoint.url, endpoint])).values()].map((endpoint) =>
    connectMember(endpoint, connection),
  );
  const close = (): void => members.forEach((member) => member.close());
  const asked = await Promise.allSettled(members.map(async (member) => ({ member, status: await member.status() })));
  const answering = asked.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const failures = asked.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
  const chosen = chooseMember(answering);
  if (!chosen) {
    close();
    throw failures[0];
  }
  return {
    answering: [chosen, ...answering.filter((each) => each !== chosen)],
    silent: failures.map((why) => (isProblem(why) ? why.message : String(why))),
    close,
  };
}
