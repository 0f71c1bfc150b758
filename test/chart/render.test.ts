import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import type { Command } from 'commander';
import { analyzerCommand } from '../../src/commands/analyzer.ts';
import { checkCommand } from '../../src/commands/check.ts';
import { maintainCommand } from '../../src/commands/maintain.ts';
import { webhookCommand } from '../../src/commands/webhook.ts';
import { parseAcceptList } from '../../src/config/accept-list.ts';
import { parseThresholds } from '../../src/config/thresholds.ts';
import { catalogue } from '../../src/patterns/catalogue.ts';
import { webhookConfiguration } from '../cluster/harness/webhook-configuration.ts';
import { parse } from 'yaml';
import { describeWith } from '../etcd/harness/describe-with.ts';
import { chart, helm, inCi, namespace, objectsIn, objectsOf, template, valuesFiles, type Rendered } from './harness/helm.ts';
import { podOf } from './harness/pods.ts';
import { rightsIn, type Right } from './harness/used-rules.ts';

const program = { version: '', entry: new URL('file:///') };
const commands: ReadonlyMap<string, Command> = new Map(
  [webhookCommand(program), analyzerCommand(program), maintainCommand(program), checkCommand(program)].map((each) => [
    each.name(),
    each,
  ]),
);

describeWith(['helm'], 'the chart', () => {
  it.each(valuesFiles)('passes helm lint --strict with %s', (file) => {
    const { code, stdout, stderr } = helm(['lint', '--strict', chart, '--namespace', namespace, ...inCi(file)]);
    expect(`${code} ${stdout}${stderr}`).toMatch(/^0 /);
    expect(stdout).not.toMatch(/\[(WARNING|ERROR)\]/);
  });

  it.each(valuesFiles)('renders the same bytes twice with %s', (file) => {
    const first = template(inCi(file));
    expect(first.stderr).toBe('');
    expect(template(inCi(file)).stdout).toBe(first.stdout);
  });

  it('neither looks at the cluster nor makes anything by chance', () => {
    for (const file of globSync(`${chart}/templates/**/*.{yaml,tpl,txt}`))
      expect(`${file} ${readFileSync(file, 'utf8')}`).not.toMatch(/\b(lookup|gen[A-Z]\w*|rand[A-Z]\w*|uuidv4|now)\b/);
  });

  it.each(valuesFiles)('passes the program only flags that it has, with %s', (file) => {
    for (const { command, flags } of invocations(objectsOf(inCi(file)))) {
      const known = commands.get(command)?.options.map(({ long }) => long) ?? [];
      expect(`${command}: ${flags.filter((flag) => !known.includes(flag)).join()}`).toBe(`${command}: `);
    }
  });

  it('hands the analyzer its files where its flags say, and they are what the program reads', () => {
    const objects = objectsOf(inCi('everything-values.yaml'));
    const analyzer = objects.find(({ kind, metadata: { name } }) => kind === 'Deployment' && name === 'churn-analyzer');
    const [container] = podOf(analyzer!)!.spec.containers;
    const mount = container!.volumeMounts!.find(({ name }) => name === 'files')!;
    expect(container!.args).toEqual(
      expect.arrayContaining([`--accept=${mount.mountPath}/accept.yaml`, `--thresholds=${mount.mountPath}/thresholds.yaml`]),
    );
    const files = objects.find(({ kind, metadata: { name } }) => kind === 'ConfigMap' && name === 'churn-analyzer');
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a ConfigMap
    const data = files?.['data'] as Readonly<Record<string, string>>;
    const patterns = catalogue.map(({ id }) => id);
    expect(parseAcceptList({ text: data['accept.yaml'] ?? '', file: 'accept.yaml', patterns })).toMatchObject([
      { pattern: 'pod-churn', namespace: 'batch', name: 'nightly-export' },
    ]);
    const known = new Map(catalogue.map(({ id, thresholds }) => [id, Object.keys(thresholds)]));
    expect(parseThresholds({ text: data['thresholds.yaml'] ?? '', file: 'thresholds.yaml', known })).toEqual({
      'pod-churn': { createsPerMinute: 120 },
    });
  });

  it('has the version of the program', () => {
    const { version } = parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
    expect(parse(readFileSync(`${chart}/Chart.yaml`, 'utf8'))).toMatchObject({ version, appVersion: version });
  });

  it('installs webhook and analyzer by default, and nothing that touches etcd', () => {
    const objects = objectsOf(inCi('default-values.yaml'));
    const running = objects.filter((object) => podOf(object) && object.kind !== 'Pod');
    expect(running.map(({ kind, metadata: { name } }) => `${kind} ${name}`).sort()).toEqual([
      'Deployment kubechurn-analyzer',
      'Deployment kubechurn-webhook',
    ]);
  });

  it('makes the Lease of the analyzer also where somebody else makes the roles, and none for one that is silent', () => {
    const kindsWith = (value: string): string[] => objectsOf(['--set', value]).map(({ kind }) => kind);
    expect(kindsWith('rbac.create=false')).toContain('Lease');
    expect(kindsWith('rbac.create=false').filter((kind) => /Role/.test(kind))).toEqual([]);
    expect(kindsWith('analyzer.speak=false')).not.toContain('Lease');
  });

  it('renders another object for each target, and Forbid for each CronJob', () => {
    const objects = objectsOf(inCi('endpoints-values.yaml'));
    const jobs = objects.filter(({ kind }) => kind === 'CronJob');
    expect(jobs.map(({ metadata: { name } }) => name)).toEqual(['kubechurn-etcd-events', 'kubechurn-etcd-lab']);
    expect(jobs[0]).toMatchObject({ spec: { concurrencyPolicy: 'Forbid', timeZone: 'Etc/UTC', suspend: false } });
    expect(jobs[1]).toMatchObject({ spec: { suspend: true, successfulJobsHistoryLimit: 0 } });
    expect(podOf(jobs[0]!)?.spec.containers[0]?.args).toEqual([
      'maintain',
      '--etcd=https://10.0.0.1:2379,https://10.0.0.2:2379,https://10.0.0.3:2379',
      ...['--cacert=/etc/kubechurn/etcd/ca.crt', '--cert=/etc/kubechurn/etcd/tls.crt'],
      ...['--key=/etc/kubechurn/etcd/tls.key', '--budget=75%', '--evidence=off', '--keep=10m'],
      ...['--max-fragmentation=40%', '--quota=8GiB', '--backup=/backup', '--backup-count=14', '--backup-age=720h'],
      ...['--backup-key=/etc/kubechurn/backup/key', '--verify-hash'],
    ]);
  });

  it('sends backups to a bucket, with the credentials of a Secret and no volume', () => {
    const jobs = objectsOf(inCi('vcluster-embedded-values.yaml')).filter(({ kind }) => kind === 'CronJob');
    const spec = podOf(jobs[0]!)?.spec;
    expect(spec?.containers[0]).toMatchObject({
      args: expect.arrayContaining([
        ...['--backup=s3://etcd-backups/team-a', '--backup-endpoint=https://s3.example.com', '--backup-count=14'],
        '--backup-key=/etc/kubechurn/backup/key',
      ]),
      envFrom: [{ secretRef: { name: 'backup-credentials' } }],
    });
    expect(spec?.volumes).toEqual(
      ['spool', 'certificates', 'backup-key'].map((name): unknown => expect.objectContaining({ name })),
    );
  });

  it('mounts one directory of the node, read-only, and that of the lock, for a kubeadm etcd', () => {
    const objects = objectsOf(inCi('kubeadm-values.yaml'));
    const watch = objects.find(({ metadata: { name } , kind}) => kind === 'Deployment' && name === 'kubechurn-etcd-kubeadm');
    expect(watch?.metadata.namespace).toBe('kubechurn-maintenance');
    const spec = watch && podOf(watch)?.spec;
    expect(spec).toMatchObject({
      hostNetwork: true,
      automountServiceAccountToken: false,
      containers: [
        {
          args: ['maintain', '--watch', '--target=kubeadm', '--lock=/run/kubechurn/maintain.lock'],
          volumeMounts: [
            { name: 'spool', mountPath: '/tmp' },
            { name: 'keys', mountPath: '/etc/kubernetes/pki/etcd', readOnly: true },
            { name: 'lock', mountPath: '/run/kubechurn' },
          ],
        },
      ],
    });
    expect(objects.find(({ kind }) => kind === 'Namespace')?.metadata).toMatchObject({
      name: 'kubechurn-maintenance',
      labels: { 'pod-security.kubernetes.io/enforce': 'privileged' },
    });
  });

  it('leaves out of the webhook what the tests of the webhook leave out, and our own accounts and namespaces', () => {
    const [rendered] = objectsOf(inCi('everything-values.yaml')).filter(
      ({ kind }) => kind === 'ValidatingWebhookConfiguration',
    );
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as the API server takes it in another test
    const { webhooks } = rendered as unknown as ReturnType<typeof webhookConfiguration>;
    const wanted = webhookConfiguration({ url: 'https://a.example', ca: '' }).webhooks;
    expect(webhooks.map(({ name }) => name)).toEqual(wanted.map(({ name }) => name));
    webhooks.forEach((hook, i) => {
      expect(hook).toMatchObject({ rules: wanted[i]?.rules, matchPolicy: 'Equivalent', sideEffects: 'None' });
      expect(hook.matchConditions.slice(1)).toEqual(wanted[i]?.matchConditions);
      expect(hook.matchConditions[0]?.expression).toContain('system:serviceaccount:kubechurn:churn-');
      expect(JSON.stringify(hook.namespaceSelector)).toContain('["kube-system","kube-node-lease","kubechurn","build"]');
      const { pathname } = new URL(wanted[i]?.clientConfig.url ?? '');
      expect(hook.clientConfig).toMatchObject({ service: { path: pathname } });
      const ofThrottle = wanted[i]?.namespaceSelector.matchExpressions.slice(1) ?? [];
      expect(hook.namespaceSelector.matchExpressions.slice(2)).toEqual(ofThrottle);
    });
  });

  it('names an image by registry, repository, tag and digest', () => {
    const images = objectsOf(inCi('everything-values.yaml')).flatMap((object) => podOf(object)?.spec.containers ?? []);
    expect(new Set(images.map(({ image }) => image))).toEqual(
      new Set([`registry.example.com/mirror/kubechurn:0.1.0@sha256:${'0123456789abcdef'.repeat(4)}`]),
    );
  });

  it('is told an API server that is too old', () => {
    const { code, stderr } = template(['--kube-version', '1.29.0', ...inCi('existing-secret-values.yaml')]);
    expect(code).toBe(1);
    expect(stderr).toContain('chart requires kubeVersion: >=1.30.0-0 which is incompatible with Kubernetes v1.29.0');
    expect(template(['--kube-version', '1.30.0', ...inCi('default-values.yaml')]).code).toBe(0);
  });

  it('has a file of values for each profile', () => {
    const { properties } = JSON.parse(readFileSync(`${chart}/values.schema.json`, 'utf8')) as Schema;
    const given = valuesFiles.map((file) => parse(readFileSync(`${chart}/ci/${file}`, 'utf8')) as Given);
    const profiles = new Set(given.map((values) => values.etcd?.profile ?? 'none'));
    expect([...profiles].sort()).toEqual([...properties.etcd.properties.profile.enum].sort());
  });

  it('grants no right in any mode that no test sees used on a real API server', () => {
    // By install.test and cron-job.test, with these values or those of one effect.
    const all = ['analyzer.secrets=true', 'rbac.configMaps=true', 'webhook.throttle.enabled=true'].flatMap((value) => ['--set', value]);
    const modes = ['default-values.yaml', 'vcluster-deployed-values.yaml', 'endpoints-values.yaml'].map(inCi);
    const used = new Set([...modes, all].flatMap((values) => rightsIn(objectsOf(values)).map(plain)));
    const granted = valuesFiles.flatMap((file) => rightsIn(objectsOf(inCi(file))).map(plain));
    expect(granted.filter((right) => !used.has(right))).toEqual([]);
  });

  it.each(valuesFiles)('says what is on, what is off, and how to take the webhook away, with %s', (file) => {
    const objects = objectsOf(inCi(file));
    const notes = notesWith(inCi(file));
    const there = (kind: string, component: string): Rendered | undefined =>
      objects.find((object) => object.kind === kind && isOf(object, component));
    const hooks = objects.find(({ kind }) => kind === 'ValidatingWebhookConfiguration');
    expect(/^ {2}kubectl delete validatingwebhookconfiguration (\S+)$/m.exec(notes)?.[1]).toBe(hooks?.metadata.name);
    expect(notes).toMatch(hooks ? /^ {2}webhook {6}on, \d pods/m : /^ {2}webhook {6}off: /m);
    expect(notes).toMatch(there('Deployment', 'analyzer') ? /^ {2}analyzer {5}on/m : /^ {2}analyzer {5}off$/m);
    const maintained = objects.filter((object) => isOf(object, 'maintenance') && /^(CronJob|Deployment)$/.test(object.kind));
    const told = [...notes.matchAll(/^ {2}maintenance {2}(\S+) \(\S+\): /gm)].map(([, name]) => name);
    expect(new Set(told)).toEqual(new Set(maintained.map(({ metadata: { name } }) => name.replace(/^.*-etcd-/, ''))));
    expect(notes.includes('maintenance  off (etcd.profile, maintenance.targets)')).toBe(maintained.length === 0);
    expect(notes.includes('WARNING: with failurePolicy Fail')).toBe(JSON.stringify(hooks ?? '').includes('"Fail"'));
  });
});

type Schema = { readonly properties: { readonly etcd: { readonly properties: { readonly profile: { readonly enum: string[] } } } } };
type Given = { readonly etcd?: { readonly profile?: string } };

function plain({ user, verb, group, resource }: Right): string {
  return `${user.replace(/:(kube)?churn-/, ':').replace(/etcd-.*$/, 'etcd')} ${verb} ${group}/${resource}`;
}

function isOf({ metadata: { labels } }: Rendered, component: string): boolean {
  return JSON.stringify(labels ?? {}).includes(`"app.kubernetes.io/component":"${component}"`);
}

/** Helm shows notes of what it installs only: so this is the chart with one more object, which holds them. */
function notesWith(args: readonly string[]): string {
  const directory = mkdtempSync(join(tmpdir(), 'kubechurn-notes-'));
  try {
    cpSync(chart, directory, { recursive: true });
    const object = '{kind: Notes, metadata: {name: notes}, text: {{ include "kubechurn/templates/NOTES.txt" . | toJson }}}';
    writeFileSync(join(directory, 'templates/zz.yaml'), object);
    const { code, stdout, stderr } = template(args, { from: directory });
    if (code !== 0) throw new Error(stderr);
    return String(objectsIn(stdout).find(({ kind }) => kind === 'Notes')?.['text']);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function invocations(objects: readonly Rendered[]): { command: string; flags: string[] }[] {
  return objects.flatMap((object) =>
    (podOf(object)?.spec.containers ?? []).flatMap(({ args = [] }) => {
      const [command, ...rest] = args;
      if (command === undefined) return [];
      return [{ command, flags: rest.map((argument) => argument.replace(/=.*$/s, '')) }];
    }),
  );
}
