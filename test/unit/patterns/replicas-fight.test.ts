import { describe, expect, it } from '@jest/globals';
import { deployment, ownedBy } from './objects.ts';
import { recording, type By, type Recording } from './recording.ts';
import { judge } from './world.ts';

const hpa = { manager: 'kube-controller-manager', subresource: 'scale' };
const gitops = { manager: 'argocd-controller', operation: 'Apply' as const };

/** The autoscaler goes to a number, git back to three. */
function scaled(times: number, seconds: number, up: (i: number) => number, sides: readonly [By, By]): Recording {
  const record = recording();
  const web = record.create(deployment('web'), 'kubectl-create');
  for (let i = 0; i < times; i++) {
    record.wait(seconds);
    record.patch(web, sides[i % 2] ?? '', { spec: { replicas: i % 2 ? 3 : up(i) } });
  }
  return record;
}

const findings = (record: Recording) => judge(record.writes).findings;

describe('replicas-fight', () => {
  it('names the Deployment that an autoscaler and GitOps scale in turn', () => {
    const [found, ...others] = findings(scaled(12, 90, () => 7, [hpa, gitops]));
    expect(others).toEqual([]);
    expect(found).toMatchObject({
      pattern: 'replicas-fight',
      confidence: 'high',
      subject: { group: 'apps', resource: 'deployments', namespace: 'shop', name: 'web' },
      fields: ['/spec/replicas'],
      writers: [{ name: 'argocd-controller' }, { name: 'kube-controller-manager' }],
    });
    expect(found?.remedy.steps[0]).toContain('argocd-controller');
  });

  it('sees two flips in half an hour, which field-fight takes for nothing', () => {
    expect(findings(scaled(6, 300, () => 7, [hpa, gitops])).map(({ pattern }) => pattern)).toEqual(['replicas-fight']);
  });

  it('sees it though the autoscaler wants another number each time', () => {
    expect(findings(scaled(12, 60, (i) => 5 + i, [hpa, gitops])).map(({ pattern }) => pattern)).toEqual([
      'replicas-fight',
    ]);
  });

  it('knows the account of the autoscaler from an audit log', () => {
    const users: [By, By] = [
      { manager: 'kube-controller-manager', user: 'system:serviceaccount:kube-system:horizontal-pod-autoscaler' },
      { manager: 'flux', user: 'system:serviceaccount:flux-system:kustomize-controller' },
    ];
    expect(findings(scaled(12, 60, () => 7, users))).toMatchObject([
      {
        pattern: 'replicas-fight',
        writers: [
          { name: 'system:serviceaccount:flux-system:kustomize-controller', kind: 'user' },
          { name: 'system:serviceaccount:kube-system:horizontal-pod-autoscaler', kind: 'user' },
        ],
      },
    ]);
  });

  it('names the HorizontalPodAutoscaler where it was read, whatever it calls itself', () => {
    const record = recording();
    const web = record.create(deployment('web'), 'kubectl-create');
    record.create(
      {
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: { name: 'web-cpu', namespace: 'shop' },
        spec: { maxReplicas: 9, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } },
      },
      'helm',
    );
    for (let i = 0; i < 12; i++) {
      record.wait(60);
      record.patch(web, i % 2 ? 'helm' : 'cloud-scaler', { spec: { replicas: i % 2 ? 3 : 8 } });
    }
    expect(findings(record)).toMatchObject([
      { pattern: 'replicas-fight', evidence: { autoscaler: 'HorizontalPodAutoscaler shop/web-cpu' } },
    ]);
  });

  it('leaves two that are no autoscalers to field-fight', () => {
    expect(findings(scaled(30, 20, () => 7, ['ci', 'kubectl'])).map(({ pattern }) => pattern)).toEqual(['field-fight']);
  });

  it.each<[string, Recording]>([
    ['an autoscaler alone, 3-5-3', scaled(40, 60, () => 5, [hpa, hpa])],
    [
      'a scale-up by hand beside an autoscaler',
      (() => {
        const record = scaled(8, 120, () => 5, [hpa, hpa]);
        const web = { ...deployment('web'), metadata: { name: 'web', namespace: 'shop', uid: '' } };
        record.patch(web, 'kubectl', { spec: { replicas: 9 } });
        record.wait(300);
        record.patch(web, hpa, { spec: { replicas: 5 } });
        return record;
      })(),
    ],
  ])('stays silent on %s', (_, record) => {
    expect(findings(record)).toEqual([]);
  });

  it('stays silent on the ReplicaSets of rollouts back and forth', () => {
    const record = recording();
    const web = record.create(deployment('web'), 'helm');
    const sets = ['a', 'b'].map((name) =>
      record.create(
        {
          ...deployment(name),
          kind: 'ReplicaSet',
          metadata: { name: `web-${name}`, namespace: 'shop', ...ownedBy(web) },
        },
        'kube-controller-manager',
      ),
    );
    for (let i = 0; i < 30; i++) {
      record.wait(30);
      for (const [j, set] of sets.entries())
        record.patch(set, 'kube-controller-manager', { spec: { replicas: j === i % 2 ? 3 : 0 } });
    }
    expect(findings(record)).toEqual([]);
  });
});
