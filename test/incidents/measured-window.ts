import type { JsonObject } from '../../src/model/json.ts';
import type { Mutation, Window } from './mutation.ts';
import { encodeObject } from './encode.ts';
import { rfc3339, type Manager } from './managed-fields.ts';
import { sendEvent, sendReport } from './objects/event.ts';
import { createLease, renew } from './objects/lease.ts';
import { metadata, reference } from './objects/metadata.ts';
import type { Named } from './registry.ts';
import { merge } from './merge.ts';
import { play, type Entity, type Stage } from './stage.ts';

const minute = 60_000;
/** Six minutes of a real cluster, by first segment of the key below /registry (etcd-io/etcd#14329). */
export const measured = {
  minutes: 6,
  revisions: 4_988,
  leases: 2_056,
  'kyverno.io': 1_404,
  'wgpolicyk8s.io': 391,
  pods: 314,
  events: 303,
  'autoscaling.k8s.io': 151,
  masterleases: 105,
} as const;

/** That window, with exactly as many revisions of each. What was no more than counted there is made up to be harmless. */
export function measuredWindow({ from, seed }: Omit<Window, 'until'>): Generator<Mutation> {
  const window = { from, until: from + measured.minutes * minute, seed };
  return merge(
    play(window, (stage) => {
      leases(stage);
      admissionReports(stage);
      policyReports(stage);
      pods(stage);
      events(stage);
      verticalAutoscalers(stage);
      others(stage);
    }),
    masterLeases(window),
  );
}

/** So many steps of one object, evenly over the six minutes from a phase of its own; the first creates it. */
function written(stage: Stage, writes: number, create: () => Entity, update: (entity: Entity) => Entity): void {
  const every = (measured.minutes * minute) / writes;
  const phase = stage.random.between(0, every * 0.9);
  let entity: Entity | undefined;
  for (let i = 0; i < writes; i++)
    stage.after(phase + i * every, () => (entity = entity === undefined ? create() : update(entity)));
}

const repeat = (times: number, run: (i: number) => void): void => {
  for (let i = 0; i < times; i++) run(i);
};

/** 47 nodes every 10 s, two electors every 2 s, and one lease that is renewed now and then. */
function leases(stage: Stage): void {
  const lease = (namespace: string, name: string, writes: number) => {
    const by = { manager: name };
    const election = { namespace, name, holder: name, seconds: 40, by };
    written(
      stage,
      writes,
      () => createLease(stage, election),
      (entity) => renew(stage, entity, by),
    );
  };
  repeat(47, (i) => lease('kube-node-lease', `worker-${i}`, 36));
  for (const name of ['kube-controller-manager', 'kube-scheduler']) lease('kube-system', name, 180);
  lease('apps', 'nightly', measured.leases - 47 * 36 - 2 * 180);
}

const inShop = (stage: Stage, apiVersion: string, kind: string, name: string, more: JsonObject = {}): Named => ({
  apiVersion,
  kind,
  metadata: metadata(stage, { namespace: 'shop', name, generation: 1 }),
  ...more,
});

/** Kyverno before 1.12: a report for each admission, adopted, folded into a policy report, deleted. */
function admissionReports(stage: Stage): void {
  const count = measured['kyverno.io'] / 3;
  const span = (measured.minutes * minute) / count;
  repeat(count, (i) =>
    // The last of them must be gone within the window.
    stage.after(i * span * 0.95, () => {
      const body = inShop(stage, 'kyverno.io/v1alpha2', 'AdmissionReport', stage.random.uid(), {
        spec: { summary: { fail: 1, pass: 2 } },
      });
      const report = stage.create(body, { manager: 'kyverno' });
      stage.after(4_000, () => {
        const owner = { apiVersion: 'v1', kind: 'Pod', name: `web-${i % 30}`, uid: stage.random.uid() };
        const adopted = stage.update(
          report,
          { manager: 'reports-controller' },
          { metadata: { ownerReferences: [owner] } },
        );
        stage.after(4_000, () => stage.remove(adopted, { manager: 'reports-controller' }));
      });
    }),
  );
}

function policyReports(stage: Stage): void {
  const by = { manager: 'reports-controller' };
  const results = () => [
    { policy: 'limits', rule: 'cpu', result: 'fail', timestamp: { nanos: 0, seconds: Math.floor(stage.now / 1000) } },
  ];
  const report = (i: number, writes: number) =>
    written(
      stage,
      writes,
      () =>
        stage.create(inShop(stage, 'wgpolicyk8s.io/v1alpha2', 'PolicyReport', `pol-${i}`, { results: results() }), by),
      (entity) => stage.update(entity, by, { results: results() }),
    );
  repeat(65, (i) => report(i, 6));
  report(65, measured['wgpolicyk8s.io'] - 65 * 6);
}

const kubelet: Manager = { manager: 'kubelet', subresource: 'status' };

/** Pods of many workloads, which come up one after the other. */
function pods(stage: Stage): void {
  const pod = (i: number, writes: number) =>
    written(
      stage,
      writes,
      () => {
        const owner = inShop(stage, 'apps/v1', 'ReplicaSet', `web-${i}`);
        const body = inShop(stage, 'v1', 'Pod', `web-${i}-${stage.random.suffix()}`, {
          spec: { containers: [{ name: 'main', image: `registry.example/web-${i}:v1` }] },
          status: { phase: 'Pending' },
        });
        const owned = {
          ...body,
          metadata: { ...body.metadata, ownerReferences: [{ ...reference(owner), controller: true }] },
        };
        return stage.create(owned, { manager: 'kube-controller-manager' });
      },
      (entity) => stage.update(entity, kubelet, { status: { phase: 'Running', message: `step at ${stage.now}` } }),
    );
  repeat(52, (i) => pod(i, 6));
  pod(52, measured.pods - 52 * 6);
}

function events(stage: Stage): void {
  const span = (measured.minutes * minute) / measured.events;
  repeat(measured.events, (i) =>
    stage.after(i * span, () => {
      const about = inShop(stage, 'v1', 'Pod', `web-${i % 30}`);
      if (i % 2)
        return sendReport(stage, {
          about,
          reason: 'PolicyViolation',
          message: 'limits/cpu fail',
          action: 'Resource Passed',
          controller: 'kyverno-admission',
        });
      return sendEvent(stage, { about, reason: 'Pulled', message: 'image is present', component: 'kubelet' });
    }),
  );
}

/** Autoscalers and checkpoints, once a minute each. */
function verticalAutoscalers(stage: Stage): void {
  const by = { manager: 'recommender' };
  const scaler = (i: number, writes: number) => {
    const kind = i % 2 ? 'VerticalPodAutoscaler' : 'VerticalPodAutoscalerCheckpoint';
    let samples = 0;
    written(
      stage,
      writes,
      () => stage.create(inShop(stage, 'autoscaling.k8s.io/v1', kind, `web-${i}`, { status: {} }), by),
      (entity) =>
        stage.update(entity, by, { status: { totalSamplesCount: (samples += 4), lastUpdateTime: rfc3339(stage.now) } }),
    );
  };
  repeat(25, (i) => scaler(i, 6));
  scaler(25, measured['autoscaling.k8s.io'] - 25 * 6);
}

/** What was left: autoscalers at their pace, slices and Deployments of what is being rolled out. */
function others(stage: Stage): void {
  const by = { manager: 'kube-controller-manager', subresource: 'status' };
  const object = (apiVersion: string, kind: string, name: string, writes: number) => {
    let round = 0;
    written(
      stage,
      writes,
      () => stage.create(inShop(stage, apiVersion, kind, name), by),
      (entity) => stage.update(entity, by, { status: { observedGeneration: ++round } }),
    );
  };
  repeat(4, (i) => object('autoscaling/v2', 'HorizontalPodAutoscaler', `web-${i}`, 24));
  repeat(21, (i) => object('apps/v1', 'Deployment', `web-${i}`, 4));
  repeat(21, (i) => object('apps/v1', 'ReplicaSet', `web-${i}`, 4));
}

/** Three API servers, each every 10 s or a little less often; their keys hold Endpoints. */
function* masterLeases({ from, seed }: Window): Generator<Mutation> {
  const each = measured.masterleases / 3;
  const every = (measured.minutes * minute) / each;
  for (let round = 0; round < each; round++) {
    for (let server = 0; server < 3; server++) {
      const address = `10.0.${seed % 250}.${server + 1}`;
      const value = encodeObject({
        apiVersion: 'v1',
        kind: 'Endpoints',
        metadata: { name: '', uid: '', generation: round + 1 },
        subsets: [{ addresses: [{ ip: address }] }],
      });
      yield { at: from + round * every + server, key: `/registry/masterleases/${address}`, value };
    }
  }
}
