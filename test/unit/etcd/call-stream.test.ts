import { once } from 'node:events';
import { createServer, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { openCallStream } from '../../../src/etcd/call-stream.ts';
import { parseEndpoint } from '../../../src/etcd/endpoint.ts';

const open: { server: Http2Server; sessions: ServerHttp2Session[] }[] = [];

/** In place of an etcd that ends a call in ways that a real one shows once in a while only. */
async function answering(answer: (stream: ServerHttp2Stream) => void): Promise<string> {
  const server = createServer();
  const sessions: ServerHttp2Session[] = [];
  open.push({ server, sessions });
  server.on('session', (session) => sessions.push(session));
  server.on('stream', (stream) => {
    stream.on('error', () => undefined);
    answer(stream);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function closeAll(): Promise<void> {
  for (const { server, sessions } of open.splice(0)) {
    for (const session of sessions) session.destroy();
    server.close();
    await once(server, 'close');
  }
}

afterEach(closeAll);

interface Outcome {
  readonly messages: readonly string[];
  readonly error?: { code?: number; message: string } | undefined;
}

function called(url: string, onMessage: (message: string) => void = () => {}): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const messages: string[] = [];
  openCallStream(
    parseEndpoint(url, false),
    { endpoints: [url], insecureSkipTlsVerify: false, dialTimeoutMs: 1_000, commandTimeoutMs: 1_000 },
    { path: '/etcdserverpb.Maintenance/Snapshot', request: Buffer.from('ask'), staysOpen: false, metadata: {} },
    {
      onMessage(message) {
        onMessage(Buffer.from(message).toString());
        messages.push(Buffer.from(message).toString());
      },
      onEnd: (error) => resolve({ messages, error: error as Outcome['error'] }),
    },
  );
  return promise;
}

const framed = (text: string): Buffer => Buffer.concat([Buffer.from([0, 0, 0, 0, text.length]), Buffer.from(text)]);
const grpc = { ':status': 200, 'content-type': 'application/grpc' } as const;

function saying(texts: readonly string[], trailers: Record<string, string>) {
  return (stream: ServerHttp2Stream): void => {
    stream.respond(grpc, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers(trailers));
    stream.end(Buffer.concat(texts.map(framed)));
  };
}

describe('a gRPC call with an answer of many messages', () => {
  it('sends its request and hands on all that comes', async () => {
    const asked: Buffer[] = [];
    const url = await answering((stream) => {
      stream.on('data', (piece: Buffer) => asked.push(piece));
      saying(['a', 'bc'], { 'grpc-status': '0' })(stream);
    });
    expect(await called(url)).toEqual({ messages: ['a', 'bc'], error: undefined });
    expect(Buffer.concat(asked)).toEqual(framed('ask'));
  });

  it('fails with the code and the words of its trailers, after what came', async () => {
    const trailers = { 'grpc-status': '11', 'grpc-message': 'required revision%20has been compacted' };
    const { messages, error } = await called(await answering(saying(['a'], trailers)));
    expect(messages).toEqual(['a']);
    expect(error).toMatchObject({ code: 11, details: 'required revision has been compacted' });
  });

  it('fails with what a refusal without an answer says', async () => {
    const url = await answering((stream) =>
      stream.respond({ ...grpc, 'grpc-status': '7', 'grpc-message': 'permission denied' }, { endStream: true }),
    );
    expect((await called(url)).error).toMatchObject({ code: 7, details: 'permission denied' });
  });

  it('fails as unavailable where it ends without a status, is reset, or loses its connection', async () => {
    const ways: ((stream: ServerHttp2Stream) => void)[] = [
      (stream) => {
        stream.respond(grpc);
        stream.end(framed('a'));
      },
      (stream) => {
        stream.respond(grpc);
        stream.close(2);
      },
      (stream) => {
        stream.respond(grpc);
        stream.session?.destroy();
      },
    ];
    for (const way of ways) expect((await called(await answering(way))).error).toMatchObject({ code: 14 });
  });

  it('fails as unavailable where nothing listens', async () => {
    const url = await answering(() => {});
    await closeAll();
    expect((await called(url)).error).toMatchObject({ code: 14 });
  });

  it('ends with what its listener threw, and asks no more of it', async () => {
    const url = await answering(saying(['a', 'b', 'c'], { 'grpc-status': '0' }));
    const { messages, error } = await called(url, (text) => {
      if (text === 'b') throw new Error('the disk is full');
    });
    expect(messages).toEqual(['a']);
    expect(error?.message).toBe('the disk is full');
  });
});
