import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { issueAuthority, issueLeaf } from '../../../src/server/tls/issue.ts';
import type { ControlPlane } from './start-control-plane.ts';

export type KubeletStandIn = {
  /** Pods that somebody asked to be led to, as `namespace/pod:port`. */
  readonly asked: readonly string[];
  /** Makes a pod on this node, ready, whose ports lead to those of this machine. */
  runPod(pod: PodHere): Promise<void>;
  close(): Promise<void>;
};

type PodHere = {
  readonly namespace: string;
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly ports: Readonly<Record<number, number>>;
};

const guid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const protocol = 'v4.channel.k8s.io';

/**
 * Stands in for the port-forward of a kubelet, which needs containers: a node of the cluster whose kubelet's port answers
 * `/portForward`, which a real API server hands on, by websocket (k8s.io/kubelet pkg/cri/streaming/portforward).
 */
export async function startKubelet(world: ControlPlane, node = 'node-1'): Promise<KubeletStandIn> {
  const authority = await issueAuthority('kubelet', new Date());
  const { certificate, key } = await issueLeaf(authority, ['127.0.0.1'], new Date());
  const ways = new Map<string, number>();
  const asked: string[] = [];
  const open = new Set<Duplex>();
  const server = createServer({ cert: certificate, key });
  server.on('upgrade', (request, stream) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'https://here');
    const [, , namespace = '', pod = ''] = pathname.split('/');
    const port = Number(searchParams.get('port') ?? searchParams.get('ports') ?? 0);
    asked.push(`${namespace}/${pod}:${port}`);
    open.add(stream);
    stream.on('close', () => open.delete(stream));
    stream.on('error', () => undefined);
    stream.write(handshake(request));
    forward(stream, port, ways.get(`${namespace}/${pod}:${port}`));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await world.request('POST', '/api/v1/nodes', { metadata: { name: node } });
  await world.request('PATCH', `/api/v1/nodes/${node}/status`, {
    status: {
      addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
      daemonEndpoints: { kubeletEndpoint: { Port: port } },
    },
  });
  return {
    asked,
    async runPod({ namespace, name, labels = {}, ports }) {
      for (const [from, to] of Object.entries(ports)) ways.set(`${namespace}/${name}:${from}`, to);
      const path = `/api/v1/namespaces/${namespace}/pods`;
      await world.request('POST', path, {
        metadata: { name, labels },
        spec: { nodeName: node, containers: [{ name: 'a', image: 'a.example/a' }] },
      });
      await world.request('PATCH', `${path}/${name}/status`, {
        status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
      });
    },
    async close() {
      for (const stream of open) stream.destroy();
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}

function handshake({ headers }: IncomingMessage): string {
  const accept = createHash('sha1').update(`${headers['sec-websocket-key']}${guid}`).digest('base64');
  return [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${accept}`,
    `Sec-WebSocket-Protocol: ${protocol}`,
    '\r\n',
  ].join('\r\n');
}

/** Channel 0 carries the bytes of the port, channel 1 what went wrong; each begins with the port's number. */
function forward(stream: Duplex, port: number, to: number | undefined): void {
  const number = Buffer.from([port & 0xff, port >> 8]);
  for (const channel of [0, 1]) stream.write(frame(channel, number));
  if (to === undefined) {
    stream.write(frame(1, Buffer.from(`nothing listens at port ${port} of this pod`)));
    stream.end(closing, () => stream.destroy());
    return;
  }
  const target: Socket = connect(to, '127.0.0.1');
  target.on('data', (data) => {
    if (!stream.write(frame(0, data))) target.pause();
  });
  stream.on('drain', () => target.resume());
  target.on('error', (error) => stream.write(frame(1, Buffer.from(error.message))));
  target.on('close', () => stream.end(closing, () => stream.destroy()));
  stream.on('close', () => target.destroy());
  let rest = Buffer.alloc(0);
  stream.on('data', (data: Buffer) => {
    rest = Buffer.concat([rest, data]);
    for (let read = readFrame(rest); read; read = readFrame(rest)) {
      rest = rest.subarray(read.length);
      if (read.opcode === 8) target.end();
      else if (read.opcode === 2 && read.payload[0] === 0) target.write(read.payload.subarray(1));
    }
  });
}

/** A close frame without a reason. */
const closing = Buffer.from([0x88, 0]);

/** One unmasked binary frame, as servers send them (RFC 6455, 5.2). */
function frame(channel: number, data: Buffer): Buffer {
  const length = data.length + 1;
  const head =
    length < 126
      ? Buffer.from([0x82, length])
      : length < 0x10000
        ? Buffer.from([0x82, 126, length >> 8, length & 0xff])
        : Buffer.concat([Buffer.from([0x82, 127, 0, 0, 0, 0]), uint32(length)]);
  return Buffer.concat([head, Buffer.from([channel]), data]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** The first frame of a client, which masks; undefined where it is not whole. */
function readFrame(from: Buffer): { opcode: number; payload: Buffer; length: number } | undefined {
  if (from.length < 6) return undefined;
  const stated = from[1]! & 0x7f;
  const head = stated === 126 ? 4 : stated === 127 ? 10 : 2;
  if (from.length < head + 4) return undefined;
  const size = stated === 126 ? from.readUInt16BE(2) : stated === 127 ? Number(from.readBigUInt64BE(2)) : stated;
  const length = head + 4 + size;
  if (from.length < length) return undefined;
  const mask = from.subarray(head, head + 4);
  const payload = Buffer.from(from.subarray(head + 4, length));
  payload.forEach((byte, i) => (payload[i] = byte ^ mask[i % 4]!));
  return { opcode: from[0]! & 0x0f, payload, length };
}
