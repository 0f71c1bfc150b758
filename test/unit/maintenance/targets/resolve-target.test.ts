import { describe, expect, it } from '@jest/globals';
import type { ClusterReader } from '../../../../src/maintenance/targets/cluster-reader.ts';
import { flagsIn, flagsInFile } from '../../../../src/maintenance/targets/flags.ts';
import { resolveTarget } from '../../../../src/maintenance/targets/resolve-target.ts';

/** Files that can be read; those in `denied` are there and cannot. */
const files =
  (readable: readonly string[], denied: readonly string[] = []) =>
  (path: string) =>
    readable.includes(path) ? 'readable' : denied.includes(path) ? 'denied' : 'missing';
const nothing = { file: files([]) };

const pki = '/etc/kubernetes/pki/etcd';
const tls = '/var/lib/rancher/k3s/server/tls/etcd';

describe('a target', () => {
  it.each([
    ['kubeadm', ['ca.crt', 'server.crt', 'server.key'], pki, 'server.crt'],
    ['kubeadm', ['ca.crt', 'healthcheck-client.crt', 'healthcheck-client.key'], pki, 'healthcheck-client.crt'],
    [
      'kubeadm',
      ['ca.crt', 'server.crt', 'healthcheck-client.crt', 'healthcheck-client.key'],
      pki,
      'healthcheck-client.crt',
    ],
    ['k3s', ['server-ca.crt', 'server-client.crt', 'server-client.key'], tls, 'server-client.crt'],
    ['k3s', ['server-ca.crt', 'client.crt', 'client.key'], tls, 'client.crt'],
    ['rke2', ['server-ca.crt', 'client.crt', 'client.key'], tls.replace('k3s', 'rke2'), 'client.crt'],
    ['vcluster/team-a/shop', ['etcd-ca.crt', 'etcd-peer.crt', 'etcd-peer.key'], '/run/config/pki', 'etcd-peer.crt'],
    ['vcluster/team-a/shop', ['ca.crt', 'tls.crt', 'tls.key'], '/data/pki/etcd', 'tls.crt'],
  ])(
    '%s takes the first certificates of which all three files are there: %j',
    async (name, present, directory, cert) => {
      const paths = present.map((file) => `${directory}/${file}`);
      const { values } = await resolveTarget(name, {}, { file: files(paths) });
      expect(values.cert).toBe(`${directory}/${cert}`);
      expect(values.key).toBe(values.cert?.replace('.crt', '.key'));
      expect(paths).toContain(values.cacert);
    },
  );

  it("falls back on the certificate of vCluster's syncer", async () => {
    const present = ['etcd/ca.crt', 'apiserver-etcd-client.crt', 'apiserver-etcd-client.key'];
    const { values } = await resolveTarget(
      'vcluster/team-a/shop',
      {},
      { file: files(present.map((file) => `/data/pki/${file}`)) },
    );
    expect(values).toEqual({
      etcd: 'https://127.0.0.1:2379',
      cacert: '/data/pki/etcd/ca.crt',
      cert: '/data/pki/apiserver-etcd-client.crt',
      key: '/data/pki/apiserver-etcd-client.key',
    });
  });

  it('gives way to every option', async () => {
    const given = { etcd: 'https://10.0.0.1:2379', cacert: 'ca', cert: 'cert', key: 'key' };
    const { values, target } = await resolveTarget('kubeadm', given, nothing);
    expect(values).toEqual(given);
    expect(target.kind).toBe('kubeadm');
  });

  it('gives way to --endpoints too', async () => {
    const present = ['ca.crt', 'server.crt', 'server.key'].map((file) => `${pki}/${file}`);
    const { values } = await resolveTarget('kubeadm', { endpoints: 'https://10.0.0.1:2379' }, { file: files(present) });
    expect(values).toMatchObject({ endpoints: 'https://10.0.0.1:2379', cert: `${pki}/server.crt` });
    expect(values.etcd).toBeUndefined();
  });

  it('says where it looked for certificates that are not there', async () => {
    await expect(resolveTarget('kubeadm', {}, nothing)).rejects.toMatchObject({
      code: 'TARGET_NO_CERTIFICATES',
      exitCode: 2,
      message: expect.stringContaining(pki),
    });
  });

  it('says that they may not be read where that is why', async () => {
    const denied = ['ca.crt', 'server.crt', 'server.key'].map((file) => `${pki}/${file}`);
    await expect(resolveTarget('kubeadm', {}, { file: files([], denied) })).rejects.toMatchObject({
      code: 'TARGET_UNREADABLE',
    });
  });

  it.each(['kubernetes', 'vcluster/shop', 'vcluster/team-a/shop/x', 'vcluster/Team/shop', '', 'vcluster/../x'])(
    'is refused as "%s"',
    async (text) => {
      await expect(resolveTarget(text, {}, nothing)).rejects.toMatchObject({ code: 'TARGET_UNKNOWN', exitCode: 2 });
    },
  );

  it('is plain endpoints where none is named', async () => {
    const { target, values } = await resolveTarget(undefined, { etcd: 'http://a:2379' }, nothing);
    expect(target.kind).toBe('endpoints');
    expect(values).toEqual({ etcd: 'http://a:2379' });
  });
});

/** Stands in for an API server, of which resolving needs two answers only; the real one comes with src/kube. */
function cluster(answers: {
  readonly secrets?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly statefulSets?: Readonly<Record<string, { readonly replicas: number; readonly command: readonly string[] }>>;
}): ClusterReader {
  const encoder = new TextEncoder();
  return {
    secret: async (namespace, name) => {
      const data = answers.secrets?.[`${namespace}/${name}`];
      return data && new Map(Object.entries(data).map(([key, text]) => [key, encoder.encode(text)]));
    },
    statefulSet: async (namespace, name) => answers.statefulSets?.[`${namespace}/${name}`],
  };
}

describe('a vCluster that its host cluster knows', () => {
  const etcd = { replicas: 3, command: ['etcd', '--quota-backend-bytes=1073741824', '--data-dir', '/var/lib/etcd'] };
  const secret = { 'etcd-ca.crt': 'the CA', 'etcd-peer.crt': 'the certificate', 'etcd-peer.key': 'the key' };

  it('has an endpoint for each replica, certificates of its Secret and the flags of its StatefulSet', async () => {
    const reader = cluster({
      secrets: { 'team-a/shop-certs': secret },
      statefulSets: { 'team-a/shop-etcd': etcd },
    });
    const { values, pems, flags } = await resolveTarget(
      'vcluster/team-a/shop',
      {},
      { ...nothing, cluster: async () => reader },
    );
    expect(values.etcd?.split(',')).toEqual([
      'https://shop-etcd-0.shop-etcd-headless.team-a:2379',
      'https://shop-etcd-1.shop-etcd-headless.team-a:2379',
      'https://shop-etcd-2.shop-etcd-headless.team-a:2379',
    ]);
    expect(pems).toMatchObject({
      cacert: { text: 'the CA' },
      cert: { text: 'the certificate' },
      key: { text: 'the key' },
    });
    expect(flags?.get('quota-backend-bytes')).toBe('1073741824');
  });

  it('never names a certificate by its contents', async () => {
    const reader = cluster({ secrets: { 'team-a/shop-certs': secret }, statefulSets: { 'team-a/shop-etcd': etcd } });
    const { pems } = await resolveTarget('vcluster/team-a/shop', {}, { ...nothing, cluster: async () => reader });
    expect(pems?.key.file).toBe('Secret team-a/shop-certs, etcd-peer.key');
  });

  it.each([
    [
      'embedded',
      'controlPlane: {backingStore: {etcd: {embedded: {enabled: true}, deploy: {enabled: false}}}}',
      'TARGET_INSIDE_PODS',
    ],
    ['kept in sqlite', 'controlPlane: {backingStore: {etcd: {embedded: {enabled: false}}}}', 'TARGET_NO_ETCD'],
    ['configured by something unreadable', '{', 'TARGET_NOT_THERE'],
  ])('is told apart when it is %s', async (_, config, code) => {
    const reader = cluster({ secrets: { 'team-a/vc-config-shop': { 'config.yaml': config } } });
    await expect(
      resolveTarget('vcluster/team-a/shop', {}, { ...nothing, cluster: async () => reader }),
    ).rejects.toMatchObject({ code });
  });

  it('is led to by port-forward where it is embedded and its certificates are given', async () => {
    const config = 'controlPlane: {backingStore: {etcd: {embedded: {enabled: true}}}}';
    const reader = cluster({
      secrets: { 'team-a/vc-config-shop': { 'config.yaml': config } },
      statefulSets: { 'team-a/shop': { replicas: 3, command: [] } },
    });
    const given = { cacert: 'ca', cert: 'cert', key: 'key' };
    const ports = { ...nothing, cluster: async () => reader };
    const { target, pods, values } = await resolveTarget('vcluster/team-a/shop', given, ports);
    expect(target.kind).toBe('vcluster-embedded');
    expect(values).toEqual(given);
    expect(pods?.map(({ pod, port }) => `${pod}:${port}`)).toEqual(['shop-0:2379', 'shop-1:2379', 'shop-2:2379']);
    // Whoever says where it is knows better.
    const direct = await resolveTarget('vcluster/team-a/shop', { ...given, etcd: 'https://10.0.0.1:2379' }, ports);
    expect(direct.pods).toBeUndefined();
  });

  it('needs no cluster inside its own pods', async () => {
    const paths = ['etcd-ca.crt', 'etcd-peer.crt', 'etcd-peer.key'].map((name) => `/run/config/pki/${name}`);
    const asked = async (): Promise<never> => Promise.reject(new Error('the cluster was asked'));
    const { target } = await resolveTarget('vcluster/team-a/shop', {}, { file: files(paths), cluster: asked });
    expect(target.kind).toBe('vcluster-deployed');
  });

  it('is not there where the cluster has nothing of it', async () => {
    await expect(
      resolveTarget('vcluster/team-a/shop', {}, { ...nothing, cluster: async () => cluster({}) }),
    ).rejects.toMatchObject({ code: 'TARGET_NOT_THERE' });
  });
});

describe('the flags of an etcd', () => {
  it.each([
    [
      ['--name=a', '--auto-compaction-retention', '1', '--debug'],
      { name: 'a', 'auto-compaction-retention': '1', debug: 'true' },
    ],
    [['-name', 'a', '--initial-cluster=a=http://x'], { name: 'a', 'initial-cluster': 'a=http://x' }],
    [[], {}],
  ])('are read from %j', (args, flags) => {
    expect(Object.fromEntries(flagsIn(args))).toEqual(flags);
  });

  it("are read from a static pod's manifest", () => {
    const manifest = [
      'spec:',
      '  containers:',
      '  - command:',
      '    - etcd',
      '    - --data-dir=/var/lib/etcd',
      '    - --quota-backend-bytes=5368709120',
      '    image: etcd:3.5.9-0',
    ].join('\n');
    expect(Object.fromEntries(flagsInFile(manifest))).toEqual({
      'data-dir': '/var/lib/etcd',
      'quota-backend-bytes': '5368709120',
    });
  });

  it('are read from a configuration file', () => {
    const file = [
      'name: server-1',
      'quota-backend-bytes: 5368709120',
      'auto-compaction-retention: "1h"',
      'peer-transport-security:',
      '  cert-file: /x',
    ];
    expect(Object.fromEntries(flagsInFile(file.join('\n')))).toEqual({
      name: 'server-1',
      'quota-backend-bytes': '5368709120',
      'auto-compaction-retention': '1h',
    });
  });
});
