import { Agent, request as httpsRequest } from 'node:https';

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

/** Calls at a steady pace, whether or not those before have been answered. */
export async function load({ url, ca, perSecond, seconds }: Load): Promise<Latencies> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections, ca });
  const took: number[] = [];
  let failed = 0;
  let open = 0;
  const total = perSecond * seconds;
  const began = performance.now();
  const drained = Promise.withResolvers<void>();

  function call(n: number, due: number): void {
    open++;
    const body = review(n);
    const done = (ok: boolean): void => {
      if (ok) took.push(performance.now() - due);
      else failed++;
      if (--open === 0 && took.length + failed === total) drained.resolve();
    };
    const sent = httpsRequest(
      `${url}/admit?timeout=1s`,
      { method: 'POST', agent, headers: { 'content-type': 'application/json', 'content-length': body.length } },
      (response) => {
        response.resume();
        response.once('end', () => done(response.statusCode === 200));
      },
    );
    sent.once('error', () => done(false));
    sent.end(body);
  }

  let next = 0;
  const pace = setInterval(() => {
    const until = Math.min(total, ((performance.now() - began) / 1000) * perSecond);
    while (next < until) call(next, began + (next++ / perSecond) * 1000);
    if (next >= total) clearInterval(pace);
  }, 1);
  await drained.promise;
  agent.destroy();
  took.sort((a, b) => a - b);
  const at = (share: number): number => took[Math.floor(took.length * share)] ?? NaN;
  return { calls: took.length, p50: at(0.5), p99: at(0.99), failed };
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
