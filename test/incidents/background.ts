import type { JsonObject } from '../../src/model/json.ts';
import type { Mutation, Window } from './mutation.ts';
import { rfc3339, type Manager } from './managed-fields.ts';
import { createLease, renew } from './objects/lease.ts';
import { metadata } from './objects/metadata.ts';
import { createCronJob } from './objects/job.ts';
import { runCronJob } from './ephemeral-jobs.ts';
import type { Named } from './registry.ts';
import { rollOut, scaleSlowly } from './rollouts.ts';
import { play, type Stage } from './stage.ts';

/** What a healthy cluster writes all day: none of it may be accused. */
export function* background(window: Window, { nodes = 20 } = {}): Generator<Mutation> {
  yield* play(window, (stage) => {
    for (let i = 0; i < nodes; i++) keepNode(stage, `worker-${i}`);
    for (const [namespace, name] of electors) keepElecting(stage, namespace, name);
    for (let i = 0; i < 3; i++) rollOut(stage, 'team-a', `service-${i}`, 240_000);
    scaleSlowly(stage, 'team-a', 'autoscaled', 180_000);
    runCronJob(stage, undefined, createCronJob(stage, 'ops', 'rotate-logs', 1), 1);
    countReadings(stage);
    advanceBackups(stage);
    probe(stage);
  });
}

const electors = [
  ['kube-system', 'kube-controller-manager'],
  ['kube-system', 'kube-scheduler'],
  ['kyverno', 'kyverno-reports-controller'],
  ['ingress', 'ingress-nginx-leader'],
] as const;

function keepNode(stage: Stage, name: string): void {
  const kubelet = { manager: 'kubelet' };
  let lease = createLease(stage, { namespace: 'kube-node-lease', name, holder: name, seconds: 40, by: kubelet });
  stage.every(10_000, () => (lease = renew(stage, lease, kubelet)));
  const body: Named = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: metadata(stage, { name, labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux' } }),
    spec: { podCIDR: '10.42.7.0/24', podCIDRs: ['10.42.7.0/24'] },
    status: {
      capacity: { cpu: '32', memory: '131072Mi', pods: '110' },
      allocatable: { cpu: '31', memory: '126976Mi', pods: '110' },
    },
  };
  let node = stage.create(body, kubelet);
  const up = rfc3339(stage.now);
  // KEP-589: with node leases the status goes out every five minutes.
  stage.every(300_000, () => {
    const heartbeat = rfc3339(stage.now);
    const conditions = [
      {
        type: 'MemoryPressure',
        status: 'False',
        lastHeartbeatTime: heartbeat,
        lastTransitionTime: up,
        reason: 'KubeletHasSufficientMemory',
        message: 'kubelet has sufficient memory available',
      },
      {
        type: 'Ready',
        status: 'True',
        lastHeartbeatTime: heartbeat,
        lastTransitionTime: up,
        reason: 'KubeletReady',
        message: 'kubelet is posting ready status',
      },
    ];
    node = stage.update(node, { manager: 'kubelet', subresource: 'status' }, { status: { conditions } });
  });
}

function keepElecting(stage: Stage, namespace: string, name: string): void {
  const by = { manager: name };
  let lease = createLease(stage, { namespace, name, holder: `control-plane-0_${stage.random.uid()}`, seconds: 15, by });
  stage.every(2_000, () => (lease = renew(stage, lease, by)));
}

function custom(stage: Stage, kind: string, name: string, spec: JsonObject): Named {
  return {
    apiVersion: 'example.com/v1',
    kind,
    metadata: metadata(stage, { namespace: 'ops', name, generation: 1 }),
    spec,
  };
}

const status = (manager: string): Manager => ({ manager, subresource: 'status' });

/** A counter that really counts: often, by one writer, and never twice the same. */
function countReadings(stage: Stage): void {
  let meter = stage.create(custom(stage, 'Meter', 'gate-7', { unit: 'passages' }), {
    manager: 'kubectl-client-side-apply',
  });
  let passages = 0;
  stage.every(5_000, () => {
    passages += 1 + stage.random.below(9);
    meter = stage.update(meter, status('meter-operator'), { status: { passages, lastReadTime: rfc3339(stage.now) } });
  });
}

/** A status that makes progress, with the timestamps that belong to it. */
function advanceBackups(stage: Stage): void {
  let backup = stage.create(custom(stage, 'Backup', 'nightly', { target: 'orders' }), {
    manager: 'kubectl-client-side-apply',
  });
  let done = 0;
  stage.every(15_000, () => {
    done += stage.random.below(40) + 1;
    backup = stage.update(backup, status('backup-operator'), {
      status: {
        phase: 'Running',
        copiedGiB: done,
        message: `copied ${done} GiB`,
        lastProgressTime: rfc3339(stage.now),
      },
    });
  });
}

/** One that moves only a timestamp, but once a minute. */
function probe(stage: Stage): void {
  let endpoint = stage.create(custom(stage, 'Probe', 'homepage', { url: 'https://shop.example.com/' }), {
    manager: 'kubectl-client-side-apply',
  });
  stage.every(
    60_000,
    () =>
      (endpoint = stage.update(endpoint, status('probe-operator'), {
        status: { healthy: true, lastProbeTime: rfc3339(stage.now) },
      })),
  );
}
