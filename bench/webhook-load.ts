import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';

export interface Load {
  readonly url: string;
  readonly ca: string;
  readonly perSecond: number;
  readonly seconds: number;
}

export interface Latencies {
  readonly calls: number;
  /** ms, from when the call was due: one that had to wait for others to be answered counts its wait. */
  readonly p50: number;
  readonly p99: number;
  readonly failed: number;
}

/** As many as an API server keeps open to one webhook under such a load, roughly. */
const connections = 16;
const objects = 500;

/**
 * Calls at a steady pace, whether or not those before have been answered. It speaks HTTP/1.1 by hand: Node's own client
 * costs more than the servers measured here, and its pauses would be counted as theirs.
 */
export async function load({ url, ca, perSecond, seconds }: Load): Promise<Latencies> {
  const { hostname, port } = new URL(url);
  const bodies = Array.from({ length: objects * 4 }, (_, n) => callOf(n));
  const took: number[] = [];
  const waiting: number[] = [];
  const total = perSecond * seconds;
  const drained = Promise.withResolvers<void>();
  let sent = 0;
  let failed = 0;

  const lines = await Promise.all(Array.from({ length: connections }, open));
  const idle = [...lines];

  async function open(): Promise<Line> {
    const socket = connect({ host: hostname, port: Number(port), ca });
    await once(socket, 'secureConnect');
    socket.setNoDelay(true);
    const line: Line = { socket, due: 0, read: '' };
    socket.setEncoding('latin1').on('data', (text: string) => answered(line, text));
    socket.on('error', (error) => drained.reject(error));
    return line;
  }

  function answered(line: Line, text: string): void {
    line.read += text;
    const head = line.read.indexOf('\r\n\r\n');
    if (head === -1) return;
    const length = Number(/content-length: (\d+)/i.exec(line.read)?.[1] ?? NaN);
    if (!(line.read.length >= head + 4 + length)) return;
    if (line.read.startsWith('HTTP/1.1 200')) took.push(performance.now() - line.due);
    else failed++;
    line.read = '';
    if (took.length + failed === total) return drained.resolve();
    const due = waiting.shift();
    if (due === undefined) idle.push(line);
    else send(line, due);
  }

  function send(line: Line, due: number): void {
    line.due = due;
    line.socket.write(bodies[sent++ % bodies.length]!);
  }

  const began = performance.now();
  let next = 0;
  const pace = setInterval(() => {
    const until = Math.min(total, ((performance.now() - began) / 1000) * perSecond);
    for (; next < until; next++) {
      const due = began + (next / perSecond) * 1000;
      const line = idle.pop();
      if (line) send(line, due);
      else waiting.push(due);
    }
    if (next >= total) clearInterval(pace);
  }, 1);
  await drained.promise;
  for (const { socket } of lines) socket.destroy();
  took.sort((a, b) => a - b);
  const at = (share: number): number => took[Math.floor(took.length * share)] ?? NaN;
  return { calls: took.length, p50: at(0.5), p99: at(0.99), failed };
}

interface Line {
  readonly socket: TLSSocket;
  /** When the call on its way was due. */
  due: number;
  read: string;
}

function callOf(n: number): Buffer {
  const body = review(n);
  const head = `POST /admit?timeout=1s HTTP/1.1\r\nhost: webhook\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

/** An update of one of `objects` objects, 2 KB in all, in which a counter moves: what most controllers send. */
function review(n: number): Buffer {
  const name = `object-${n % objects}`;
  const object = (count: number) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      namespace: 'load',
      uid: `00000000-0000-4000-8000-${String(n % objects).padStart(12, '0')}`,
      resourceVersion: String(1000 + count),
      creationTimestamp: '2026-01-01T00:00:00Z',
      labels: { app: 'load', tier: 'bench' },
      managedFields: [
        {
          manager: 'controller',
          operation: 'Update',
          apiVersion: 'v1',
          time: '2026-01-01T00:00:00Z',
          fieldsType: 'FieldsV1',
          fieldsV1: {
            'f:data': { '.': {}, 'f:count': {}, 'f:text': {} },
            'f:metadata': { 'f:labels': { 'f:app': {} } },
          },
        },
      ],
    },
    data: { count: String(count), text: 'x'.repeat(260) },
  });
  return Buffer.from(
    JSON.stringify({
      kind: 'AdmissionReview',
      apiVersion: 'admission.k8s.io/v1',
      request: {
        uid: `call-${n}`,
        kind: { group: '', version: 'v1', kind: 'ConfigMap' },
        resource: { group: '', version: 'v1', resource: 'configmaps' },
        name,
        namespace: 'load',
        operation: 'UPDATE',
        userInfo: { username: `system:serviceaccount:load:controller-${n % 20}`, groups: ['system:authenticated'] },
        object: object(n + 1),
        oldObject: object(n),
        dryRun: false,
        options: { kind: 'UpdateOptions', apiVersion: 'meta.k8s.io/v1', fieldManager: 'controller' },
      },
    }),
  );
}
