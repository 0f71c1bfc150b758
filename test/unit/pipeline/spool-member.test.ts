import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { constants, createServer, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from '@jest/globals';
import { parseEndpoint } from '../../../src/etcd/endpoint.ts';
import { connectMember, type Member } from '../../../src/etcd/member.ts';
import { maintenanceErrors } from '../../../src/maintenance/errors.ts';
import { spoolMember } from '../../../src/pipeline/maintain/spool-member.ts';
import { until } from '../../etcd/harness/until.ts';

const MiB = 2 ** 20;
const grpc = { ':status': 200, 'content-type': 'application/grpc' } as const;
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A SnapshotResponse with this blob, framed for gRPC. */
function framed(blob: Buffer): Buffer {
  const varint = (n: number): number[] => (n < 128 ? [n] : [(n & 127) | 128, ...varint(n >>> 7)]);
  const message = Buffer.concat([Buffer.from([0x1a, ...varint(blob.length)]), blob]);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** In place of an etcd whose database is as large as a test needs: a snapshot that ends, or else goes on for ever. */
async function sending(whole?: Buffer) {
  const told = { sentBytes: 0, cancelled: false };
  function* endless(): Generator<Buffer> {
    for (const piece = framed(Buffer.alloc(MiB)); ; told.sentBytes += MiB) yield piece;
  }
  const serve = (stream: ServerHttp2Stream): void => {
    stream.respond(grpc, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.on('close', () => (told.cancelled = stream.rstCode === constants.NGHTTP2_CANCEL));
    Readable.from(whole ? [framed(whole)] : endless()).pipe(stream);
  };
  const server = createServer();
  const sessions: ServerHttp2Session[] = [];
  server.on('session', (session) => sessions.push(session));
  server.on('stream', (stream, { ':path': path }) => {
    stream.on('error', () => undefined);
    if (path === '/etcdserverpb.Maintenance/Snapshot') serve(stream);
    else stream.respond({ ...grpc, 'grpc-status': '14' }, { endStream: true });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const connection = { endpoints: [url], insecureSkipTlsVerify: false, dialTimeoutMs: 1_000, commandTimeoutMs: 1_000 };
  const member = connectMember(parseEndpoint(url, false), connection);
  closing.push(async () => {
    member.close();
    for (const session of sessions) session.destroy();
    server.close();
    await once(server, 'close');
  });
  return { member, told };
}

/** A disk that takes nothing until it is released, as one whose server is gone. */
function hungDisk() {
  const { promise: back, resolve: release } = Promise.withResolvers<void>();
  const told = { discarded: 0 };
  const target = { path: '', append: () => back, finish: () => '', discard: () => void (told.discarded += 1) };
  return { target, told, release };
}

function spooled(member: Member, disk: ReturnType<typeof hungDisk>) {
  const controller = new AbortController();
  let now = 0;
  const state = { endpoint: member.endpoint.url, sizeBytes: 80 * MiB, quotaBytes: null };
  const spooling = spoolMember({
    ...{ member, state, target: disk.target, signal: controller.signal, tell: () => undefined },
    now: () => now,
  });
  const outcome = spooling.then(
    () => 'spooled',
    (error: Error) => error.message,
  );
  return {
    outcome,
    stop: () => controller.abort(maintenanceErrors.interrupted('SIGTERM')),
    later: () => (now = 3_600_000),
  };
}

/** What is held in memory for a slow disk, and a part of what may be on its way: the stream is paused by then. */
const paused = 68 * MiB;

describe('a snapshot whose disk hangs', () => {
  it('is given up where the run is stopped: the member hears of it, and the file goes once the disk is back', async () => {
    const { member, told } = await sending();
    const disk = hungDisk();
    const { outcome, stop } = spooled(member, disk);
    await until('the stream to be paused', () => told.sentBytes > paused);
    stop();
    await until('the member to hear of it', () => told.cancelled);
    expect(await outcome).toMatch(/^stopped by SIGTERM/);
    expect(disk.told.discarded).toBe(0);
    disk.release();
    await until('the file to be discarded', () => disk.told.discarded === 1);
  });

  it('is given up where it takes longer than it may', async () => {
    const { member, told } = await sending();
    const { outcome, later } = spooled(member, hungDisk());
    await until('the stream to be paused', () => told.sentBytes > paused);
    later();
    expect(await outcome).toMatch(/^the snapshot of http:.* took longer than it may$/);
    expect(told.cancelled).toBe(true);
  });

  it('does not keep the run once everything came either', async () => {
    const database = randomBytes(4096);
    const { member } = await sending(Buffer.concat([database, createHash('sha256').update(database).digest()]));
    const { outcome, later } = spooled(member, hungDisk());
    later();
    expect(await outcome).toMatch(/took longer than it may$/);
  });
});
