import { X509Certificate } from 'node:crypto';
import { isProblem } from '../../errors/problem.ts';
import { commandLineIn } from '../../etcd/command-line.ts';
import { readCompactionNote } from '../../etcd/compaction-note.ts';
import type { EtcdConnection } from '../../etcd/connection.ts';
import { checkCertificates } from '../../etcd/credentials.ts';
import { isLoopback, type Endpoint } from '../../etcd/endpoint.ts';
import { readHttpPage, type HttpPage } from '../../etcd/http-page.ts';
import type { Member } from '../../etcd/member.ts';
import { gauge } from '../../etcd/metrics.ts';
import { readPresentedChain } from '../../etcd/presented-chain.ts';
import { quotaFrom } from '../../etcd/quota.ts';
import { readKey } from '../../etcd/read-key.ts';
import type { LocalVolume } from '../local-disk.ts';
import { flagsIn } from '../targets/flags.ts';
import type { Target } from '../targets/target.ts';
import { timeOfRevision } from '../time-of-revision.ts';
import { askMembers, type AskedMember } from './ask-members.ts';
import type { NamedCertificate, Seen, SeenMember, SeenNote } from './seen.ts';

export interface Look {
  readonly connection: EtcdConnection;
  readonly target: Target;
  /** What the cluster states of every member, for those of which the command line cannot be read. */
  readonly flags?: ReadonlyMap<string, string>;
  /** What a file on this machine states of the member here. */
  readonly flagsHere?: ReadonlyMap<string, string>;
  /** Between the two looks at what is in use. */
  readonly betweenMs: number;
  readonly now: () => number;
  readonly wait: (ms: number) => Promise<void>;
  /** That the member at an endpoint has its data on; null where that is not on this machine. */
  readonly volumeOf: (endpoint: Endpoint) => LocalVolume | null;
}

/** Reads all that the checks judge. Nothing is written, and of the keys only two are read, and two leases. */
export async function look(options: Look): Promise<Seen> {
  const { connection, target, now, betweenMs, wait } = options;
  // A client certificate that has expired is a finding here; one that is no certificate is still a usage error.
  checkCertificates(connection, 0);
  const asked = await askMembers(connection);
  try {
    const began = now();
    const [members, note, strayQuota, presented] = await Promise.all([
      Promise.all(asked.answering.map((each) => lookAt(each, options))),
      firstKnown(asked.answering, noteOf),
      firstKnown(asked.answering, strayQuotaOf),
      Promise.all(
        asked.endpoints
          .filter(({ secure }) => secure)
          .map(async (endpoint) => ({ url: endpoint.url, chain: await readPresentedChain(endpoint, connection) })),
      ),
    ]);
    if (members.length > 0) await wait(Math.max(0, began + betweenMs - now()));
    const again = await Promise.all(asked.answering.map((each, i) => lookAgain(each, members[i]!, began, now)));
    return {
      now: now(),
      target,
      listed: asked.listed,
      members: again,
      silent: asked.silent,
      note,
      strayQuota: strayQuota === undefined ? null : strayQuota.value,
      ownCertificates: ownCertificates(connection),
      presented,
    };
  } finally {
    asked.close();
  }
}

async function lookAt({ member, status, name, found }: AskedMember, options: Look): Promise<SeenMember> {
  const { connection, flags: stated, flagsHere, volumeOf } = options;
  const { endpoint } = member;
  const [metrics, variables] = await Promise.all(
    ['/metrics', '/debug/vars'].map((path) => readHttpPage(endpoint, connection, path)),
  );
  const flags = flagsOf(variables) ?? stated ?? (isLoopback(endpoint) ? flagsHere : undefined);
  const text = metrics?.text ?? '';
  const seconds = (metric: string): number | undefined => {
    const value = gauge(text, metric);
    return value === undefined || value <= 0 ? undefined : value * 1000;
  };
  return {
    name,
    url: endpoint.url,
    found,
    status,
    quota: quotaFrom(status, text),
    flags,
    compactRevision: gauge(text, 'etcd_debugging_mvcc_compact_revision'),
    lastCompaction: seconds('etcd_debugging_mvcc_db_compaction_last'),
    clock: clockOf(variables ?? metrics),
    volume: volumeOf(endpoint),
  };
}

/** The flags of etcd itself; not of a program that it is built into, nor where a file or the environment sets them. */
function flagsOf(page: HttpPage | undefined): ReadonlyMap<string, string> | undefined {
  const [program = '', ...args] = (page && commandLineIn(page.text)) ?? [];
  const flags = flagsIn(args);
  const isEtcd = /(^|\/)etcd[^/]*$/.test(program);
  return isEtcd && flags.size > 0 && !flags.has('config-file') ? flags : undefined;
}

function clockOf(page: HttpPage | undefined): SeenMember['clock'] {
  if (page?.date === undefined) return undefined;
  const { date, askedAt, answeredAt } = page;
  // The header is cut to a second: half of one on average, and half at most, besides half of the way there and back.
  return { offsetMs: date + 500 - (askedAt + answeredAt) / 2, errorMs: 500 + (answeredAt - askedAt) / 2 };
}

async function lookAgain(
  { member }: AskedMember,
  first: SeenMember,
  began: number,
  now: () => number,
): Promise<SeenMember> {
  try {
    const status = await member.status();
    return { ...first, later: { status, afterMs: now() - began } };
  } catch (error) {
    if (isProblem(error)) return first;
    throw error;
  }
}

async function noteOf(member: Member): Promise<SeenNote | undefined> {
  const note = await readCompactionNote(member);
  return note && { revision: note.revision, writtenAt: await timeOfRevision(member, note.writtenAtRevision) };
}

async function strayQuotaOf(member: Member): Promise<{ readonly value: string | undefined }> {
  const key = await readKey(member, 'quota-backend-bytes', { what: 'the key quota-backend-bytes' });
  return { value: key && new TextDecoder().decode(key.value) };
}

/** What the first member that can says; undefined where none can. */
async function firstKnown<T>(
  answering: readonly AskedMember[],
  ask: (member: Member) => Promise<T | undefined>,
): Promise<T | undefined> {
  for (const { member } of answering) {
    try {
      return await ask(member);
    } catch (error) {
      if (!isProblem(error)) throw error;
    }
  }
  return undefined;
}

function ownCertificates({ cert, cacert }: EtcdConnection): NamedCertificate[] {
  return [cert, cacert].flatMap((pem) =>
    pem ? [{ name: `${pem.option} ${pem.file}`, validTo: Date.parse(new X509Certificate(pem.text).validTo) }] : [],
  );
}
