import { connect, constants, type ClientHttp2Stream, type IncomingHttpHeaders } from 'node:http2';
import type { EtcdConnection } from './connection.ts';
import { tlsOptions } from './credentials.ts';
import type { Endpoint } from './endpoint.ts';
import { statusCodes } from './failure.ts';
import { keepalive } from './keepalive.ts';
import { createMessageReader } from './message-frames.ts';

export interface StreamedCall {
  readonly path: string;
  readonly request: Uint8Array;
  /** Keep our side open, as a watch must: etcd ends it with ours. */
  readonly staysOpen: boolean;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface CallListener {
  /** Valid during the call only. What it throws ends the stream. */
  onMessage(message: Uint8Array): void;
  /** Once: without an error where the member ended the call well. Not after `cancel`. */
  onEnd(error?: unknown): void;
}

export interface CallStream {
  pause(): void;
  resume(): void;
  isPaused(): boolean;
  cancel(): void;
}

/** What may be on its way to us: with the 64 KiB of HTTP/2's default a snapshot takes twice as long. */
const window = 8 * 1024 * 1024;

/** A message of etcd's own is at most its --max-request-bytes; a watch's is fragmented. Unchecked, a length would allocate. */
const longestMessage = 512 * 1024 * 1024;

const farewellWithin = 1_000;

/**
 * A gRPC call with an answer of many messages, over an HTTP/2 connection of its own, so that it holds up no other call.
 * By hand since grpc-js takes twice the CPU (docs/adr/0008).
 */
export function openCallStream(
  endpoint: Endpoint,
  connection: EtcdConnection,
  { path, request, staysOpen, metadata }: StreamedCall,
  { onMessage, onEnd }: CallListener,
): CallStream {
  let over = false;
  let status: IncomingHttpHeaders | undefined;

  const session = connect(endpoint.url, {
    ...(endpoint.secure && tlsOptions(endpoint, connection)),
    settings: { initialWindowSize: window, enablePush: false },
  });
  session.once('connect', () => session.setLocalWindowSize(window));
  const stream: ClientHttp2Stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
    ...metadata,
  });

  const close = (): void => {
    over = true;
    clearInterval(pinging);
    clearTimeout(pong);
    // The member must hear of it, through whatever stands between, or it holds its read transaction open for ever.
    stream.close(constants.NGHTTP2_CANCEL);
    session.close();
    setTimeout(() => session.destroy(), farewellWithin).unref();
  };
  const end = (error?: unknown): void => {
    if (over) return;
    close();
    onEnd(error);
  };
  const unavailable = (why: string): void => end(failed(statusCodes.unavailable, why));

  let pong: NodeJS.Timeout | undefined;
  const pinging = setInterval(() => {
    pong = setTimeout(() => unavailable('it does not answer pings'), keepalive.timeoutMs);
    // With an error where there is no connection yet.
    session.ping((error) => {
      if (!error) clearTimeout(pong);
    });
  }, keepalive.everyMs);

  const reader = createMessageReader(longestMessage, (message) => {
    if (!over) onMessage(message);
  });
  const noteStatus = (headers: IncomingHttpHeaders): void => {
    if (headers['grpc-status'] !== undefined) status = headers;
  };
  stream.on('response', noteStatus);
  stream.on('trailers', noteStatus);
  stream.on('data', (piece: Buffer) => {
    try {
      reader.read(piece);
    } catch (error) {
      end(error);
    }
  });
  stream.on('end', () => end(status ? failureIn(status) : failed(statusCodes.unavailable, 'it was cut off')));
  stream.on('error', (error: Error) => unavailable(error.message));
  stream.on('close', () => unavailable('the stream was closed'));
  session.on('error', (error: Error) => unavailable(error.message));
  session.on('close', () => unavailable('the connection was closed'));

  if (staysOpen) stream.write(framed(request));
  else stream.end(framed(request));
  return {
    pause: () => void stream.pause(),
    resume: () => void stream.resume(),
    isPaused: () => stream.isPaused(),
    cancel: close,
  };
}

function framed(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

function failureIn({ 'grpc-status': code, 'grpc-message': message = '' }: IncomingHttpHeaders): Error | undefined {
  return code === '0' ? undefined : failed(Number(code), decodeURIComponent(String(message)));
}

/** As grpc-js says it; `failureOf` makes a sentence of it. */
function failed(code: number, details: string): Error {
  return Object.assign(new Error(details), { code, details });
}
