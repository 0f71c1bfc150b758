import { isProblem, type Problem } from '../errors/problem.ts';
import type { EtcdConnection } from './connection.ts';
import { diagnose } from './diagnose.ts';
import type { Endpoint } from './endpoint.ts';
import { etcdErrors } from './errors.ts';
import { refusalIn } from './refusals.ts';

/** gRPC's, of those that matter here. */
export const statusCodes = {
  cancelled: 1,
  unknown: 2,
  deadlineExceeded: 4,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
} as const;

export interface Attempt {
  readonly endpoint: Endpoint;
  /** A noun: `its status`, `the census`. */
  readonly what: string;
  readonly allowedMs: number;
}

/** The one sentence for a failed call. Looks at the endpoint itself where no connection was ever made. */
export async function failureOf(
  error: unknown,
  attempt: Attempt,
  connection: EtcdConnection,
  wasConnected: boolean,
): Promise<Problem> {
  if (isProblem(error)) return error;
  const told = saidByEtcd(error, attempt);
  if (told) return told;
  const code = codeOf(error);
  if (!wasConnected && (code === statusCodes.unavailable || code === statusCodes.deadlineExceeded)) {
    const found = await diagnose(attempt.endpoint, connection);
    if (found) return found;
    // It talks HTTP like an etcd, but not gRPC: the port for peers does.
    if (detailsOf(error).includes('Protocol error')) return etcdErrors.notEtcd(attempt.endpoint.url);
  }
  return fromCode(code, error, attempt, wasConnected ? '--command-timeout' : '--dial-timeout');
}

/** etcd's own errors (api/v3rpc/rpctypes/error.go) and those that need no second look. */
function saidByEtcd(error: unknown, { endpoint: { url }, what }: Attempt): Problem | undefined {
  const details = detailsOf(error);
  if (details.includes('required revision has been compacted')) return etcdErrors.compacted(url);
  if (details.includes('user name is empty') || details.includes('invalid auth token'))
    return etcdErrors.needsUser(url);
  if (details.includes('authentication failed')) return etcdErrors.wrongPassword(url);
  if (details.includes('permission denied')) return etcdErrors.denied(url, what);
  if (/no leader|leader changed|waiting for.*leader/.test(details)) return etcdErrors.noLeader(url);
  return refusalIn(details, url, what);
}

function fromCode(
  code: number,
  error: unknown,
  { endpoint: { url }, what, allowedMs }: Attempt,
  option: '--dial-timeout' | '--command-timeout',
): Problem {
  if (code === statusCodes.deadlineExceeded) return etcdErrors.silent(url, allowedMs / 1000, option);
  if (code === statusCodes.unimplemented) return etcdErrors.notEtcd(url);
  // A killed member resets its streams before its sockets, which grpc-js calls INTERNAL or CANCELLED.
  if (code === statusCodes.unavailable || code === statusCodes.internal || code === statusCodes.cancelled)
    return etcdErrors.cut(url, what);
  return etcdErrors.failed(url, what, detailsOf(error));
}

export function isNotEnabled(error: unknown): boolean {
  return detailsOf(error).includes('authentication is not enabled');
}

export function isStaleToken(error: unknown): boolean {
  return detailsOf(error).includes('invalid auth token');
}

function codeOf(error: unknown): number {
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'number')
    return error.code;
  // etcd3 keeps the code in the message only: `16 UNAUTHENTICATED: ...`.
  return Number(/^(\d+) [A-Z_]+:/.exec(detailsOf(error))?.[1] ?? statusCodes.unknown);
}

function detailsOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'details' in error && typeof error.details === 'string')
    return error.details;
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
}
