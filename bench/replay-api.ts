// Stands in for an API server, which has more to tell here than a real one could on two cores: lists so many pods and then
// changes them at a given rate, over HTTP/2, in frames of the shape and order that a kube-apiserver 1.36 sends.
//
//   node bench/replay-api.ts CERTIFICATE KEY OBJECTS PER_SECOND KEYS
//
// Prints its port; then, for each line on its input, how many changes it has sent and the revision it is at.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createSecureServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';

const [certificate = '', key = '', objectsText = '0', rateText = '0', keysText = '5000'] = process.argv.slice(2);
const objects = Number(objectsText);
const perSecond = Number(rateText);
/** Pods that change; the others only exist. */
const changing = Math.max(1, Math.min(Number(keysText), objects));
const tickMs = 10;

let revision = 1_000_000;
let sent = 0;
const watchers = new Set<ServerHttp2Stream>();
/** By name: those who watch one pod in full. */
const whole = new Map<string, Set<ServerHttp2Stream>>();

const managers = (probe: string): string =>
  `"managedFields":[{"manager":"kube-controller-manager","operation":"Update","apiVersion":"v1","time":"2026-11-21T16:40:10Z","fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{"f:generateName":{},"f:labels":{".":{},"f:app":{},"f:pod-template-hash":{}},"f:ownerReferences":{".":{},"k:{\\"uid\\":\\"5a0df3a5-8ad7-4d40-b1b3-f0e0f6a43f37\\"}":{}}},"f:spec":{"f:containers":{"k:{\\"name\\":\\"web\\"}":{".":{},"f:image":{},"f:imagePullPolicy":{},"f:name":{},"f:resources":{},"f:terminationMessagePath":{},"f:terminationMessagePolicy":{}}},"f:dnsPolicy":{},"f:enableServiceLinks":{},"f:nodeName":{},"f:restartPolicy":{},"f:schedulerName":{},"f:securityContext":{},"f:terminationGracePeriodSeconds":{}}}},{"manager":"kubelet","operation":"Update","apiVersion":"v1","time":"${probe}","fieldsType":"FieldsV1","fieldsV1":{"f:status":{"f:conditions":{"k:{\\"type\\":\\"Ready\\"}":{".":{},"f:lastProbeTime":{},"f:lastTransitionTime":{},"f:status":{},"f:type":{}}},"f:phase":{}}},"subresource":"status"}]`;

const nameOf = (n: number): string => `web-5c8f7d9b6d-${n.toString(36).padStart(5, '0')}`;
const namespaceOf = (n: number): string => `team-${n % 300}`;
const uidOf = (n: number): string => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;

function metadataOf(n: number, at: number): string {
  return `"metadata":{"name":"${nameOf(n)}","generateName":"web-5c8f7d9b6d-","namespace":"${namespaceOf(n)}","uid":"${uidOf(n)}","resourceVersion":"${at}","generation":1,"creationTimestamp":"2026-11-21T16:40:10Z","labels":{"app":"web","pod-template-hash":"5c8f7d9b6d"},"ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web-5c8f7d9b6d","uid":"5a0df3a5-8ad7-4d40-b1b3-f0e0f6a43f37","controller":true,"blockOwnerDeletion":true}],${managers(new Date().toISOString().replace(/\.\d+/, ''))}}`;
}
const partial = (type: string, n: number, at: number): string =>
  `{"type":"${type}","object":{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1",${metadataOf(n, at)}}}\n`;
const full = (type: string, n: number, at: number): string =>
  `{"type":"${type}","object":{"kind":"Pod","apiVersion":"v1",${metadataOf(n, at)},"spec":{"containers":[{"name":"web","image":"web"}]},"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True","n":"${at}"}]}}}\n`;
const bookmark = (at: number, kind: string): string =>
  `{"type":"BOOKMARK","object":{"kind":"${kind}","apiVersion":"v1","metadata":{"resourceVersion":"${at}","annotations":{"k8s.io/initial-events-end":"true"}}}}\n`;

const pods = {
  kind: 'APIGroupDiscoveryList',
  apiVersion: 'apidiscovery.k8s.io/v2',
  items: [
    {
      metadata: {},
      versions: [
        {
          version: 'v1',
          resources: [
            { resource: 'pods', responseKind: { kind: 'Pod' }, scope: 'Namespaced', verbs: ['list', 'watch'] },
          ],
        },
      ],
    },
  ],
};

async function write(stream: ServerHttp2Stream, text: string): Promise<void> {
  if (stream.destroyed || stream.write(text)) return;
  const ended = new AbortController();
  await Promise.race(
    ['drain', 'close'].map((name) => once(stream, name, { signal: ended.signal }).catch(() => undefined)),
  );
  ended.abort();
}

async function list(stream: ServerHttp2Stream): Promise<void> {
  for (let n = 0; n < objects && !stream.destroyed; n += 200) {
    let text = '';
    for (let i = n; i < Math.min(n + 200, objects); i++) text += partial('ADDED', i, 1_000 + i);
    await write(stream, text);
  }
  await write(stream, bookmark(revision, 'PartialObjectMetadata'));
}

function watchOne(stream: ServerHttp2Stream, name: string): void {
  const n = Number.parseInt(name.slice(name.lastIndexOf('-') + 1), 36);
  stream.write(full('ADDED', n, revision) + bookmark(revision, 'Pod'));
  const those = whole.get(name) ?? new Set();
  whole.set(name, those.add(stream));
  stream.on('close', () => those.delete(stream));
}

function answer(stream: ServerHttp2Stream, status: number, body: object): void {
  stream.respond({ ':status': status, 'content-type': 'application/json' });
  stream.end(JSON.stringify(body));
}

const server = createSecureServer({ cert: readFileSync(certificate), key: readFileSync(key) });
server.on('stream', (stream, headers) => {
  stream.on('error', () => undefined);
  const url = new URL(headers[':path'] ?? '/', 'https://here');
  if (url.pathname === '/api') return answer(stream, 200, pods);
  if (url.pathname === '/apis') return answer(stream, 200, { ...pods, items: [] });
  if (url.pathname.endsWith('/apiservices')) return answer(stream, 200, { items: [] });
  if (url.pathname !== '/api/v1/pods') return answer(stream, 404, { message: 'there is only pods here' });
  stream.respond({ ':status': 200, 'content-type': 'application/json' });
  const [, name] = /metadata\.name=([^,]+)/.exec(url.searchParams.get('fieldSelector') ?? '') ?? [];
  if (name !== undefined) return watchOne(stream, name);
  const begin = url.searchParams.has('sendInitialEvents') ? list(stream) : Promise.resolve();
  void begin.then(() => watchers.add(stream));
  stream.on('close', () => watchers.delete(stream));
});
server.on('sessionError', () => undefined);

let due = 0;
let next = 0;
let last = performance.now();
setInterval(() => {
  const now = performance.now();
  due += ((now - last) * perSecond) / 1_000;
  last = now;
  if (watchers.size === 0) {
    due = 0;
    return;
  }
  let text = '';
  for (; due >= 1; due--) {
    const n = next++ % changing;
    revision++;
    sent++;
    text += partial('MODIFIED', n, revision);
    for (const stream of whole.get(nameOf(n)) ?? []) stream.write(full('MODIFIED', n, revision));
  }
  if (text !== '') for (const stream of watchers) stream.write(text);
}, tickMs);

server.listen(0, '127.0.0.1', () => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on TCP
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
createInterface({ input: process.stdin }).on('line', () => {
  const waiting = [...watchers].reduce((sum, stream) => sum + stream.writableLength, 0);
  process.stdout.write(`${JSON.stringify({ sent, revision, waiting })}\n`);
});
