import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { values as settings } from '../../tools/chart/values.ts';
import { describeWith } from '../etcd/harness/describe-with.ts';
import { chart, inCi, template } from './harness/helm.ts';

const set = (...values: readonly string[]): string[] => values.flatMap((value) => ['--set', value]);
const target = (...fields: readonly string[]): string[] =>
  set('maintenance.targets[0].name=a', ...fields.map((field) => `maintenance.targets[0].${field}`));
const second = (...fields: readonly string[]): string[] =>
  set(...fields.map((field) => `maintenance.targets[1].${field}`));

/** What is given, and what is said. */
const guards: readonly (readonly [string, readonly string[], string])[] = [
  [
    'webhook.failurePolicy Fail without replicas',
    set('webhook.failurePolicy=Fail', 'webhook.replicas=0'),
    "webhook.failurePolicy Fail with webhook.replicas 0 would stop the cluster's writes whenever that pod is away: give 2 replicas or more, or leave failurePolicy at Ignore",
  ],
  [
    'a Secret of a certificate without its name',
    set('webhook.tls.mode=existingSecret'),
    'webhook.tls.mode is existingSecret: name the Secret in webhook.tls.existingSecret',
  ],
  [
    'a certificate without its authority',
    set('webhook.tls.mode=existingSecret', 'webhook.tls.existingSecret=a', 'webhook.tls.caBundle=YWJj'),
    'give the PEM of its authority with --set-file webhook.tls.caBundle=ca.crt',
  ],
  [
    'throttling without a webhook',
    set('webhook.enabled=false', 'webhook.throttle.enabled=true'),
    'webhook.throttle.enabled does nothing while webhook.enabled is false: enable the webhook too',
  ],
  [
    'Secrets without an analyzer',
    set('analyzer.enabled=false', 'analyzer.secrets=true'),
    'analyzer.secrets does nothing while analyzer.enabled is false: enable the analyzer too',
  ],
  [
    'starting maintenance by an analyzer that says nothing',
    [...set('analyzer.speak=false', 'analyzer.startMaintenance=a'), ...target('profile=endpoints', 'endpoints={http://a:2379}')],
    'analyzer.startMaintenance does nothing while the analyzer is off or silent: set analyzer.enabled and analyzer.speak to true',
  ],
  [
    'starting a maintenance that is not there',
    [...set('analyzer.startMaintenance=b'), ...target('profile=endpoints', 'endpoints={http://a:2379}')],
    'analyzer.startMaintenance is b, and no target is called so: give it the name of one of maintenance.targets, or leave it empty',
  ],
  [
    'starting a maintenance that looks for itself',
    [...set('analyzer.startMaintenance=a'), ...target('profile=kubeadm')],
    'analyzer.startMaintenance is a, whose pod stays and acts within a minute by itself: leave it empty',
  ],
  [
    'starting the maintenance of another database than the one forecast',
    [...set('analyzer.startMaintenance=a'), ...target('profile=vcluster-deployed', 'vcluster.namespace=n', 'vcluster.name=v')],
    'analyzer.startMaintenance is a, the etcd of a vCluster, and the forecast is about the etcd behind this cluster: name a target with profile endpoints',
  ],
  [
    'starting a maintenance whose budget cannot be told',
    [...set('analyzer.startMaintenance=a'), ...target('profile=endpoints', 'endpoints={http://a:2379}')],
    "analyzer.startMaintenance is a, whose budget is a share of a quota that is not known: set analyzer.quota to etcd's --quota-backend-bytes",
  ],
  [
    'metrics of a pod that is not there',
    set('metrics.podMonitor.enabled=true'),
    'metrics.podMonitor scrapes the pod of maintain --watch, and there is none: it comes with profile kubeadm, k3s or rke2',
  ],
  [
    'a profile that does not say which etcd',
    set('etcd.profile=vcluster-deployed'),
    'etcd.profile is vcluster-deployed, and that alone does not say which etcd: add it to maintenance.targets',
  ],
  [
    'a target without a profile',
    target('endpoints={http://a:2379}'),
    'maintenance.targets[0] (a) does not say how its etcd is reached: give it a profile, or set etcd.profile',
  ],
  [
    'a target without endpoints',
    target('profile=endpoints'),
    'maintenance.targets[0] (a) has profile endpoints and no endpoints: give the URLs of its members',
  ],
  [
    'a target without certificates',
    target('profile=endpoints', 'endpoints={https://a:2379}'),
    'maintenance.targets[0] (a) speaks https, and etcd asks for a client certificate: put it into a Secret in namespace kubechurn and name that in certificates.secret',
  ],
  [
    'certificates that a profile finds by itself',
    target('profile=kubeadm', 'certificates.secret=b'),
    'maintenance.targets[0] (a) gives certificates, which profile kubeadm finds by itself: take them away',
  ],
  [
    'names of keys without the Secret they are in',
    target('profile=endpoints', 'endpoints={http://a:2379}', 'certificates.ca=b'),
    'maintenance.targets[0] (a) gives certificates without the Secret that holds them: name it in certificates.secret, or take certificates away',
  ],
  [
    'endpoints that a profile knows by itself',
    target('profile=kubeadm', 'endpoints={https://a:2379}'),
    'maintenance.targets[0] (a) gives endpoints, which profile kubeadm knows by itself: take them away, or set its profile to endpoints',
  ],
  [
    'an embedded vCluster without a name',
    target('profile=vcluster-embedded', 'vcluster.namespace=b', 'certificates.secret=c'),
    'maintenance.targets[0] (a) is a vCluster: give vcluster.namespace and vcluster.name',
  ],
  [
    'an embedded vCluster without certificates',
    target('profile=vcluster-embedded', 'vcluster.namespace=b', 'vcluster.name=c'),
    'maintenance.targets[0] (a) speaks https',
  ],
  [
    'a vCluster that is none',
    target('profile=kubeadm', 'vcluster.name=b'),
    'maintenance.targets[0] (a) gives vcluster, which its profile kubeadm does not use: take it away, or give a profile that begins with vcluster-',
  ],
  [
    'a budget without a quota',
    target('profile=kubeadm', 'budget=70%'),
    "maintenance.targets[0] (a) has a budget of 70% without the quota it is a share of: set quota to etcd's --quota-backend-bytes, or give the budget in bytes",
  ],
  [
    'two targets of one name',
    [...target('profile=kubeadm'), ...second('name=a', 'profile=endpoints', 'endpoints={http://b:2379}')],
    'maintenance.targets[1] is called a as another one is: give each target a name of its own',
  ],
  [
    'two targets with one lock',
    [...target('profile=kubeadm'), ...second('name=b', 'profile=k3s')],
    'maintenance.targets[1] (b) and a both are the etcd of this cluster, and two runs at once would defragment two members at once: leave one of them out',
  ],
  [
    'two targets that are one vCluster',
    [
      ...target('profile=vcluster-deployed', 'vcluster.namespace=n', 'vcluster.name=v'),
      ...second('name=b', 'profile=vcluster-deployed', 'vcluster.namespace=n', 'vcluster.name=v'),
    ],
    'maintenance.targets[1] (b) and a both are the etcd of vCluster n/v',
  ],
  [
    'two targets with the same members in another order',
    [
      ...target('profile=endpoints', 'endpoints={http://a:2379,http://b:2379}'),
      ...second('name=b', 'profile=endpoints', 'endpoints={http://b:2379,http://a:2379}'),
    ],
    'maintenance.targets[1] (b) and a both are http://a:2379,http://b:2379',
  ],
  [
    'backups in two places',
    target('profile=kubeadm', 'backup.claim=b', 'backup.hostPath=/c'),
    'maintenance.targets[0] (a) would keep its backups in two places: give one of backup.claim, backup.hostPath and backup.s3',
  ],
  [
    'backups without a place',
    target('profile=kubeadm', 'backup.count=3'),
    'maintenance.targets[0] (a) does not say where its backups go: give backup.claim, a PersistentVolumeClaim, or backup.s3',
  ],
  [
    'a server without a bucket',
    target('profile=kubeadm', 'backup.endpoint=https://s3.example.com'),
    'maintenance.targets[0] (a) says how to reach a bucket, but not which: give backup.s3, such as s3://BUCKET/PREFIX',
  ],
  [
    'backups on whichever node',
    target('profile=endpoints', 'endpoints={http://a:2379}', 'backup.hostPath=/c'),
    'maintenance.targets[0] (a) runs on any node, so a directory of one keeps no backups: give backup.claim or backup.s3',
  ],
  [
    'privileged pods beside the others',
    set('etcd.profile=kubeadm', 'maintenance.namespace=kubechurn'),
    'maintenance.namespace is kubechurn, where webhook and analyzer run under the restricted pod security standard: give it another name',
  ],
];

/** What no schema of ours lets through, and the place that helm names. */
const refused: readonly (readonly [string, readonly string[], string])[] = [
  ['an unknown key', set('webhok.replicas=2'), "'webhok' not allowed"],
  ['an unknown key within another', set('webhook.replica=2'), "'replica' not allowed"],
  ['an unknown key of a target', target('profile=kubeadm', 'budge=80%'), "'budge' not allowed"],
  ['a word for a number', set('webhook.replicas=two'), '/webhook/replicas'],
  ['a number below zero', set('webhook.replicas=-1'), '/webhook/replicas'],
  ['a word for a switch', set('analyzer.enabled=maybe'), '/analyzer/enabled'],
  ['a longer wait for every write', set('webhook.timeoutSeconds=30'), '/webhook/timeoutSeconds'],
  ['an unknown profile', set('etcd.profile=openshift'), '/etcd/profile'],
  ['a duration without a unit', set('webhook.linger=5'), '/webhook/linger'],
  ['a budget that is none', target('profile=kubeadm', 'budget=most'), '/maintenance/targets/0/budget'],
  ['a digest that is none', set('image.digest=latest'), '/image/digest'],
  ['a target without a name', set('maintenance.targets[0].profile=kubeadm'), '/maintenance/targets/0'],
  ['a name that is none', set('maintenance.targets[0].name=A_b'), '/maintenance/targets/0/name'],
  [
    'churn accepted without a reason',
    set('analyzer.accept[0].pattern=pod-churn', 'analyzer.accept[0].expires=2027-01-31'),
    '/analyzer/accept/0',
  ],
  ['a threshold that is no number', set('analyzer.thresholds.pod-churn.turnover=many'), '/analyzer/thresholds'],
  ['a list for a map', set('webhook.nodeSelector={a,b}'), '/webhook/nodeSelector'],
];

/** Sentences of guards.yaml, in the parts between their values. */
const sentences = [...readFileSync(`${chart}/templates/guards.yaml`, 'utf8').matchAll(/fail \(?(?:printf )?("(?:[^"\\]|\\.)*")/g)]
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a string of Go is one of JSON
  .map(([, text = '""']) => JSON.parse(text) as string)
  .map((sentence) => sentence.split(/%[sd]/));

type Given = { [key: string]: Given | string | number[] };

function place(into: Given, [first = '', ...rest]: readonly string[], value: string | number[]): void {
  if (rest.length === 0) into[first] = value;
  else {
    into[first] ??= {};
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- no path leads through a value
    place(into[first] as Given, rest, value);
  }
}

describeWith(['helm'], 'bad values of the chart', () => {
  /** All that was said in the tests below. */
  const heard: string[] = [];

  it.each(guards)('refuses %s with a sentence', (_, values, sentence) => {
    const { code, stdout, stderr } = template(values);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(sentence);
    heard.push(stderr);
  });

  it.each(refused)('refuses %s', (_, values, where) => {
    const { code, stderr } = template(values);
    expect(code).toBe(1);
    expect(stderr).toContain("values don't meet the specifications of the schema");
    expect(stderr).toContain(where);
  });

  it('refuses a list for each setting that is none, and a word for each that is one', () => {
    const wrong: Given = {};
    for (const { path, schema } of settings) place(wrong, path.split('.'), schema['type'] === 'array' ? 'word' : [1]);
    const { code, stderr } = template(['-f', '-'], { input: JSON.stringify(wrong) });
    expect(code).toBe(1);
    const unnoticed = settings.filter(({ path }) => !stderr.includes(`at '/${path.replaceAll('.', '/')}': got`));
    expect(unnoticed.map(({ path }) => path)).toEqual([]);
  });

  it.each(['default', 'kube-system', 'kube-public', 'kube-node-lease'])('refuses to live in %s', (into) => {
    const { code, stderr } = template([], { into });
    expect(code).toBe(1);
    expect(stderr).toContain(
      `kubechurn cannot live in ${into}, because its webhook leaves out the namespace it runs in: install it with --namespace kubechurn --create-namespace`,
    );
    heard.push(stderr);
  });

  it('says so where cert-manager or the Prometheus operator is missing', () => {
    const bare = template(set('webhook.tls.mode=certManager'), { apis: [] });
    expect(bare.stderr).toContain('webhook.tls.mode is certManager, and this cluster has no cert-manager: install it, or');
    heard.push(bare.stderr);
    for (const which of ['serviceMonitor', 'podMonitor', 'prometheusRule', 'recordingRules']) {
      const { code, stderr } = template(
        [...inCi('existing-secret-values.yaml'), ...set(`metrics.${which}.enabled=true`)],
        { apis: [] },
      );
      expect(code).toBe(1);
      expect(stderr).toContain('which this cluster does not have: install its CRDs first, or leave them disabled');
      heard.push(stderr);
    }
  });

  it('are all there are: no guard is without a test above', () => {
    expect(sentences.length).toBeGreaterThan(25);
    expect(sentences.filter((parts) => !heard.some((said) => parts.every((part) => said.includes(part))))).toEqual([]);
  });
});
