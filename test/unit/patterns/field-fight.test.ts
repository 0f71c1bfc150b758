import { describe, expect, it } from '@jest/globals';
import { configMap, deployment, ownedBy, synced, template, widget } from './objects.ts';
import { recording, type Recording } from './recording.ts';
import { findingOf, judge } from './world.ts';

/** Two writers, each with its own value, in turn. */
function fight(record: Recording, times: number, seconds: number, turn: (i: number) => void): void {
  for (let i = 0; i < times; i++) {
    record.wait(seconds);
    turn(i);
  }
}

const fightIn = (record: Recording) => findingOf(judge(record.writes).findings, 'field-fight');

describe('field-fight', () => {
  it('names the field of a ConfigMap and both writers', () => {
    const record = recording();
    const map = record.create(configMap('settings'), 'kubectl-create');
    fight(record, 30, 10, (i) =>
      record.patch(map, i % 2 ? 'writer-a' : 'writer-b', { data: { mode: i % 2 ? 'fast' : 'slow' } }),
    );
    expect(fightIn(record)).toMatchObject({
      confidence: 'high',
      subject: { type: 'object', group: '', resource: 'configmaps', namespace: 'shop', name: 'settings' },
      fields: ['/data/mode'],
      writers: [
        { name: 'writer-a', kind: 'fieldManager', writes: 15 },
        { name: 'writer-b', kind: 'fieldManager', writes: 15 },
      ],
    });
  });

  it('sees a fight of many turns within one second', () => {
    const record = recording();
    const map = record.create(configMap('settings'), 'kubectl-create');
    fight(record, 200, 0.1, (i) =>
      record.patch(map, i % 2 ? 'writer-a' : 'writer-b', { data: { mode: i % 2 ? 'fast' : 'slow' } }),
    );
    expect(fightIn(record)?.writers.map(({ writes }) => writes)).toEqual([100, 100]);
  });

  it('sees a slow fight, two full flips in ten minutes', () => {
    const record = recording();
    const map = record.create(configMap('settings'), 'kubectl-create');
    fight(record, 4, 120, (i) =>
      record.patch(map, i % 2 ? 'writer-a' : 'writer-b', { data: { mode: i % 2 ? 'calm' : 'slow' } }),
    );
    expect(fightIn(record)).toMatchObject({ confidence: 'medium', fields: ['/data/mode'] });
  });

  it('names a field of a custom resource, and its users where an audit log tells them', () => {
    const record = recording();
    const object = record.create(widget('gear'), 'kubectl-create');
    const users = [
      { manager: 'node-fetch', user: 'system:serviceaccount:a:one' },
      { manager: 'node-fetch', user: 'system:serviceaccount:b:two' },
    ];
    fight(record, 30, 10, (i) => record.patch(object, users[i % 2] ?? '', { spec: { size: 5 + (i % 2) } }));
    expect(fightIn(record)).toMatchObject({
      fields: ['/spec/size'],
      writers: [
        { name: 'system:serviceaccount:a:one', kind: 'user', confidence: 'high' },
        { name: 'system:serviceaccount:b:two', kind: 'user', confidence: 'high' },
      ],
    });
  });

  it('tells two programs under one account apart by their field managers, a removal included', () => {
    const record = recording();
    const map = record.create(configMap('settings'), 'kubectl-create');
    const [sets, removes] = ['labeler', 'sanitizer'].map((manager) => ({ manager, user: 'kubernetes-admin' }));
    fight(record, 30, 10, (i) =>
      record.patch(map, (i % 2 ? removes : sets) ?? '', { metadata: { labels: { team: i % 2 ? null : 'x' } } }),
    );
    expect(fightIn(record)).toMatchObject({
      confidence: 'high',
      fields: ['/metadata/labels/team'],
      writers: [
        { name: 'labeler', kind: 'fieldManager' },
        { name: 'sanitizer', kind: 'fieldManager' },
      ],
      evidence: { account: 'kubernetes-admin' },
    });
  });

  it('names all three writers of one field', () => {
    const record = recording();
    const object = record.create(widget('gear'), 'kubectl-create');
    fight(record, 45, 5, (i) =>
      record.patch(object, ['one', 'two', 'three'][i % 3] ?? '', { spec: { size: 5 + (i % 3) } }),
    );
    expect(fightIn(record)?.writers.map(({ name }) => name)).toEqual(['one', 'three', 'two']);
  });

  it('blames the Deployment, not the ReplicaSets that copy its field, and counts them to it', () => {
    const record = recording();
    const web = record.create(deployment('web'), 'argocd-controller');
    const sets = ['v1', 'v2'].map((version) =>
      record.create(
        {
          ...deployment(`web-${version}`),
          kind: 'ReplicaSet',
          metadata: { name: `web-${version}`, namespace: 'shop', ...ownedBy(web) },
        },
        'kube-controller-manager',
      ),
    );
    fight(record, 40, 6, (i) => {
      const version = `v${(i % 2) + 1}`;
      record.patch(web, i % 2 ? 'image-updater' : 'argocd-controller', {
        spec: { template: template('web', version) },
      });
      // Scaled by the deployment controller, and by a second writer that follows: still only copies.
      for (const [j, set] of sets.entries())
        record.patch(set, i % 2 ? 'kube-controller-manager' : 'follower', { spec: { replicas: j === i % 2 ? 3 : 0 } });
    });
    const { findings } = judge(record.writes);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      pattern: 'field-fight',
      subject: { resource: 'deployments', name: 'web' },
      fields: ['/spec/template/spec/containers/name=web/image'],
      consequences: [{ group: 'apps', resource: 'replicasets' }],
    });
    expect(findings[0]?.shareWithConsequences).toBeCloseTo(1);
  });

  it('says so where one side only removes and leaves no name', () => {
    const record = recording();
    const map = record.create(configMap('settings'), 'kubectl-create');
    fight(record, 60, 5, (i) =>
      record.patch(map, i % 2 ? 'cleaner' : 'labeler', { metadata: { labels: { team: i % 2 ? null : 'x' } } }),
    );
    expect(fightIn(record)).toMatchObject({
      confidence: 'medium',
      fields: ['/metadata/labels/team'],
      writers: [{ name: 'labeler' }],
      evidence: { namelessRemovals: 30, perhaps: 'kubectl-create' },
    });
  });

  it('follows a field that one side applies as zero, so that it is stored as absent', () => {
    const record = recording();
    const web = record.create(deployment('web'), 'helm');
    const one = { manager: 'one', operation: 'Apply' as const };
    const two = { manager: 'two', operation: 'Apply' as const };
    const other = { manager: 'two', operation: 'Apply' as const };
    record.patch(web, other, { spec: { minReadySeconds: 4 } });
    fight(record, 30, 7, (i) => record.patch(web, i % 2 ? two : one, { spec: { paused: i % 2 ? null : true } }));
    expect(fightIn(record)).toMatchObject({ fields: ['/spec/paused'] });
    expect(
      fightIn(record)
        ?.writers.map(({ name }) => name)
        .sort(),
    ).toEqual(['one', 'two']);
  });

  describe('stays silent', () => {
    const silent = (record: Recording) => expect(judge(record.writes).findings).toEqual([]);

    it('on an autoscaler that goes 3-5-3, slowly or not', () => {
      const record = recording();
      const web = record.create(deployment('web'), 'kubectl-create');
      const autoscaler = { manager: 'kube-controller-manager', subresource: 'scale' };
      fight(record, 40, 20, (i) => record.patch(web, autoscaler, { spec: { replicas: i % 2 ? 3 : 5 } }));
      silent(record);
    });

    it('on one account and one program that goes back and forth, some of whose requests are missing', () => {
      const record = recording();
      const map = record.create(configMap('settings'), 'kubectl-create');
      fight(record, 60, 10, (i) =>
        record.patch(map, i % 3 ? { manager: 'prober', user: 'system:serviceaccount:a:prober' } : 'prober', {
          data: { mode: i % 2 ? 'up' : 'down' },
        }),
      );
      silent(record);
    });

    it('on rollouts: each image is new', () => {
      const record = recording();
      const web = record.create(deployment('web'), 'kubectl-create');
      fight(record, 30, 30, (i) =>
        record.patch(web, i % 2 ? 'ci' : 'kubectl', { spec: { template: template('web', `v${i + 2}`) } }),
      );
      silent(record);
    });

    it('on replicas that two writers only raise', () => {
      const record = recording();
      const web = record.create(deployment('web'), 'kubectl-create');
      fight(record, 30, 15, (i) => record.patch(web, i % 2 ? 'a' : 'b', { spec: { replicas: 4 + i } }));
      silent(record);
    });

    it('on two writers of two fields', () => {
      const record = recording();
      const map = record.create(configMap('settings'), 'kubectl-create');
      fight(record, 60, 5, (i) =>
        record.patch(map, i % 2 ? 'a' : 'b', { data: { [i % 2 ? 'mode' : 'other']: `v${i % 4 < 2 ? 1 : 2}` } }),
      );
      silent(record);
    });

    it('on an editor who undoes a change once', () => {
      const record = recording();
      const map = record.create(configMap('settings'), 'helm');
      fight(record, 2, 60, (i) =>
        record.patch(map, i ? 'helm' : 'kubectl-edit', { data: { mode: i ? 'calm' : 'loud' } }),
      );
      silent(record);
    });

    it('on a controller that settles within a minute after a restart', () => {
      const record = recording();
      const map = record.create(configMap('settings'), 'helm');
      fight(record, 8, 5, (i) =>
        record.patch(map, i % 2 ? 'helm' : 'operator', { data: { mode: i % 2 ? 'calm' : 'loud' } }),
      );
      record.wait(600);
      record.patch(map, 'operator', { data: { other: 'done' } });
      silent(record);
    });

    it('on an object made anew under its name by two writers', () => {
      const record = recording();
      fight(record, 20, 20, (i) => {
        const map = record.create(
          { ...configMap('settings'), data: { mode: i % 2 ? 'a' : 'b' } },
          i % 2 ? 'one' : 'two',
        );
        record.remove(map);
      });
      silent(record);
    });

    it('on a node whose readiness flaps between kubelet and node controller', () => {
      const record = recording();
      const node = record.create(
        { apiVersion: 'v1', kind: 'Node', metadata: { name: 'worker-1' }, status: {} },
        'kubelet',
      );
      fight(record, 30, 20, (i) => {
        const conditions = [
          { type: 'Ready', status: i % 2 ? 'True' : 'Unknown', reason: i % 2 ? 'KubeletReady' : 'NodeStatusUnknown' },
        ];
        record.patch(
          node,
          { manager: i % 2 ? 'kubelet' : 'kube-controller-manager', subresource: 'status' },
          { status: { conditions } },
        );
      });
      silent(record);
    });

    it('on leases whose holder alternates: lease-flood names them', () => {
      const record = recording();
      const lease = record.create(
        {
          apiVersion: 'coordination.k8s.io/v1',
          kind: 'Lease',
          metadata: { name: 'leader', namespace: 'shop' },
          spec: {},
        },
        'a',
      );
      fight(record, 60, 4, (i) =>
        record.patch(lease, i % 2 ? 'a' : 'b', { spec: { holderIdentity: i % 2 ? 'a' : 'b' } }),
      );
      expect(judge(record.writes).findings.map(({ pattern }) => pattern)).toEqual(['lease-flood']);
    });
  });

  it('leaves a fight with the syncer to vcluster-sync-loop', () => {
    const record = recording();
    const ingress = record.create(synced('networking.k8s.io/v1', 'Ingress', 'web'), 'vcluster');
    fight(record, 40, 6, (i) =>
      record.patch(ingress, i % 2 ? 'vcluster' : 'agent', {
        metadata: { annotations: { 'dns/target': i % 2 ? 'in' : 'out' } },
      }),
    );
    expect(judge(record.writes).findings.map(({ pattern }) => pattern)).toEqual(['vcluster-sync-loop']);
  });
});
