import type { Named } from './registry.ts';
import type { Entity, Stage } from './stage.ts';
import { sendReport } from './objects/event.ts';
import {
  adopt,
  createEphemeralReport,
  createPolicyReport,
  rewritePolicyReport,
  type Verdict,
} from './objects/kyverno-reports.ts';

/** Kyverno with audit policies, as far as etcd sees it: ephemeral reports, PolicyReports, two Events per violation. */
export interface PolicyEngine {
  /** A request for this object passed the admission webhook, whether or not it changed anything. */
  admitted(object: Named): void;
  /** Its reports go with it. */
  gone(object: Named): void;
}

interface Policy {
  readonly verdict: Verdict;
  readonly object: Named;
}

const verdicts: readonly Verdict[] = [
  {
    policy: 'disallow-latest-tag',
    rule: 'validate-image-tag',
    result: 'fail',
    message:
      'validation error: a mutable image tag such as latest is not allowed. rule validate-image-tag failed at path /spec/containers/0/image/',
  },
  {
    policy: 'require-requests-limits',
    rule: 'validate-resources',
    result: 'fail',
    message:
      'validation error: CPU and memory limits are required. rule validate-resources failed at path /spec/containers/0/resources/limits/',
  },
  { policy: 'disallow-host-path', rule: 'host-path', result: 'pass', message: "validation rule 'host-path' passed." },
];

export function policyEngine(stage: Stage): PolicyEngine {
  const policies = verdicts.map((verdict): Policy => ({
    verdict,
    object: {
      apiVersion: 'kyverno.io/v1',
      kind: 'ClusterPolicy',
      metadata: { name: verdict.policy, uid: stage.random.uid() },
    },
  }));
  const reports = new Map<string, Entity>();

  /** One Event on the policy, one on the object (kyverno pkg/event: both, for each violated rule). */
  const complain = (object: Named, controller: string) => {
    for (const policy of policies.filter(({ verdict }) => verdict.result === 'fail')) {
      const { rule, message } = policy.verdict;
      const { kind, metadata } = object;
      sendReport(stage, {
        about: policy.object,
        related: object,
        reason: 'PolicyViolation',
        action: 'Resource Passed',
        controller,
        message: `${kind} ${metadata.namespace}/${metadata.name}: [${rule}] fail; ${message}`,
      });
      sendReport(stage, {
        about: object,
        reason: 'PolicyViolation',
        action: 'Resource Passed',
        controller,
        message: `policy ${policy.verdict.policy}/${rule} fail: ${message}`,
      });
    }
  };

  const aggregate = (object: Named, ephemeral: Entity, scanned: number) => {
    stage.remove(ephemeral, { manager: 'reports-controller' });
    const { uid } = object.metadata;
    if (gone.has(uid)) return;
    const known = reports.get(uid);
    reports.set(
      uid,
      known
        ? rewritePolicyReport(stage, known, verdicts, scanned)
        : createPolicyReport(stage, object, verdicts, scanned),
    );
  };

  const gone = new Set<string>();
  return {
    admitted(object) {
      stage.after(stage.random.between(20, 80), () => {
        const scanned = stage.now;
        const created = createEphemeralReport(stage, object, verdicts);
        stage.after(stage.random.between(100, 900), () => complain(object, 'kyverno-admission'));
        stage.after(stage.random.between(8_000, 10_000), () => {
          const adopted = adopt(stage, created, object);
          stage.after(stage.random.between(3_000, 10_000), () => aggregate(object, adopted, scanned));
        });
      });
    },
    gone({ metadata: { uid } }) {
      gone.add(uid);
      stage.after(stage.random.between(1_000, 4_000), () => {
        const report = reports.get(uid);
        if (!report) return;
        stage.remove(report, { manager: 'kube-controller-manager' });
        reports.delete(uid);
      });
    },
  };
}
