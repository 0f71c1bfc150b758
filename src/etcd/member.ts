import { Channel, Client, connectivityState, Metadata } from '@grpc/grpc-js';
import type { Problem } from '../errors/problem.ts';
import { openCallStream, type CallListener, type CallStream, type StreamedCall } from './call-stream.ts';
import type { EtcdConnection } from './connection.ts';
import { grpcCredentials, serverNameOverride } from './credentials.ts';
import { diagnose } from './diagnose.ts';
import type { Endpoint } from './endpoint.ts';
import { etcdErrors } from './errors.ts';
import { failureOf, isNotEnabled, isStaleToken } from './failure.ts';
import { keepalive } from './keepalive.ts';
import { rangeRequest, snapshotRequest, statusRequest, type RangeQuestion } from './requests.ts';
import { streamSnapshot, type SnapshotSink } from './snapshot-stream.ts';
import { readStatus, type MemberStatus } from './status.ts';
import { typedCalls } from './typed-calls.ts';
import { openWatch, type WatchListener, type WatchStream } from './watch-stream.ts';

/** One member of an etcd: one connection for its calls, one for each stream. Each is made once and rejects with a Problem. */
export interface Member {
  readonly endpoint: Endpoint;
  status(): Promise<MemberStatus>;
  /** A RangeResponse as it came. Serializable: answered by this member alone. */
  range(question: RangeQuestion, what: string): Promise<Uint8Array>;
  /** One call by its path, for the rarer ones: the answer as it came. `allowedMs` instead of what the connection allows. */
  call(path: string, request: Buffer, what: string, allowedMs?: number): Promise<Uint8Array>;
  /** The database file in pieces, to its end; given up, with the signal's reason, where that is aborted. */
  snapshot(sink: SnapshotSink, signal?: AbortSignal): Promise<void>;
  /** WatchResponses of all keys as they come, until it is cancelled or ends. */
  watch(startRevision: number, to: WatchListener<Problem>): WatchStream;
  close(): void;
}

export function connectMember(endpoint: Endpoint, connection: EtcdConnection): Member {
  const credentials = grpcCredentials(endpoint, connection);
  const serverName = serverNameOverride(endpoint);
  const channel = new Channel(endpoint.address, credentials, {
    'grpc.keepalive_time_ms': keepalive.everyMs,
    'grpc.keepalive_timeout_ms': keepalive.timeoutMs,
    'grpc.max_receive_message_length': -1,
    // A page of a census is a megabyte; by default 64 KiB of it may be on its way.
    'grpc-node.flow_control_window': 8 * 1024 * 1024,
    'grpc.enable_retries': 0,
    'grpc.enable_http_proxy': 0,
    'grpc.use_local_subchannel_pool': 1,
    ...(serverName !== undefined && { 'grpc.ssl_target_name_override': serverName }),
  });
  const client = new Client(endpoint.address, credentials, { channelOverride: channel });
  const token = createToken(endpoint, connection, channel);
  let wasConnected = false;

  const explained = (error: unknown, what: string, allowedMs: number): Promise<Problem> =>
    failureOf(error, { endpoint, what, allowedMs }, connection, wasConnected);

  const openStream = async (call: StreamedCall, to: CallListener): Promise<CallStream> => {
    const value = await token.value();
    const metadata = { ...call.metadata, ...(value !== undefined && { token: value }) };
    return openCallStream(endpoint, connection, { ...call, metadata }, to);
  };

  const allowedNow = (): number =>
    channel.getConnectivityState(true) === connectivityState.READY
      ? connection.commandTimeoutMs
      : Math.max(connection.dialTimeoutMs, wasConnected ? connection.commandTimeoutMs : 0);

  /** grpc-js never lets go of a TLS connection that is not answered: such an endpoint is found out before. */
  const knock = async (): Promise<void> => {
    if (!endpoint.secure || wasConnected) return;
    const problem = await diagnose(endpoint, connection);
    if (problem?.code === etcdErrors.silent.code) throw problem;
  };

  const unary = async (path: string, request: Buffer, what: string, allowed?: number): Promise<Buffer> => {
    await knock();
    const allowedMs = allowed ?? allowedNow();
    const once = async (): Promise<Buffer> => {
      const metadata = new Metadata();
      const value = await token.value();
      if (value !== undefined) metadata.set('token', value);
      return new Promise((resolve, reject) => {
        client.makeUnaryRequest(
          path,
          raw,
          raw,
          request,
          metadata,
          { deadline: Date.now() + allowedMs },
          (error, message) => (error || !message ? reject(error ?? new Error('no message came')) : resolve(message)),
        );
      });
    };
    try {
      const message = await once().catch((error: unknown) => {
        if (!isStaleToken(error) || !token.forget()) throw error;
        return once();
      });
      wasConnected = true;
      return message;
    } catch (error) {
      throw await explained(error, what, allowedMs);
    }
  };

  const tellWhy = async (error: unknown, to: (why: Problem) => void): Promise<void> =>
    to(await explained(error, 'the watch', connection.commandTimeoutMs));

  return {
    endpoint,
    status: async () => readStatus(await unary('/etcdserverpb.Maintenance/Status', statusRequest, 'its status')),
    range: (question, what) => unary('/etcdserverpb.KV/Range', rangeRequest(question), what),
    call: unary,
    async snapshot(sink, signal) {
      try {
        await streamSnapshot((to) => openStream(snapshotCall, to), sink, signal);
      } catch (error) {
        throw await explained(error, 'the snapshot', 0);
      }
    },
    watch: (startRevision, { onMessage, onEnd }) =>
      openWatch(startRevision, openStream, { onMessage, onEnd: (error) => void tellWhy(error, onEnd) }),
    close: () => client.close(),
  };
}

const snapshotCall: StreamedCall = {
  path: '/etcdserverpb.Maintenance/Snapshot',
  request: snapshotRequest,
  staysOpen: false,
  metadata: {},
};

function raw(bytes: Buffer): Buffer {
  return bytes;
}

/** The token that a user and password are exchanged for, sent along with every call. */
function createToken(endpoint: Endpoint, { user, dialTimeoutMs, commandTimeoutMs }: EtcdConnection, channel: Channel) {
  let exchanged: Promise<string | undefined> | undefined;
  const exchange = async (): Promise<string | undefined> => {
    if (!user) return undefined;
    const { auth } = await typedCalls(endpoint, channel);
    const deadline = Date.now() + dialTimeoutMs + commandTimeoutMs;
    try {
      const { token } = await auth.authenticate(user, { deadline });
      return token;
    } catch (error) {
      // As etcdctl does: a user for an etcd without users is no mistake.
      if (isNotEnabled(error)) return undefined;
      throw error;
    }
  };
  const forgetAndThrow = (error: unknown): never => {
    exchanged = undefined;
    throw error;
  };
  return {
    value: (): Promise<string | undefined> => (exchanged ??= exchange().catch(forgetAndThrow)),
    /** True where there was one: the next call asks for another. */
    forget(): boolean {
      const had = exchanged !== undefined && user !== undefined;
      exchanged = undefined;
      return had;
    },
  };
}
