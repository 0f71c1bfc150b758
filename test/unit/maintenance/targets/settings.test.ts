import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { autoCompactionFlags, quotaFlags } from '../../../../src/maintenance/targets/flags.ts';
import { k3s } from '../../../../src/maintenance/targets/k3s.ts';
import { kubeadm } from '../../../../src/maintenance/targets/kubeadm.ts';
import { rke2 } from '../../../../src/maintenance/targets/rke2.ts';
import type { Target } from '../../../../src/maintenance/targets/target.ts';
import { vclusterDeployed } from '../../../../src/maintenance/targets/vcluster-deployed.ts';
import { vclusterEmbedded } from '../../../../src/maintenance/targets/vcluster-embedded.ts';
import { vclusterOf } from '../../../../src/maintenance/targets/vcluster.ts';

const flags = [...quotaFlags, ...autoCompactionFlags];
const shop = vclusterOf('team-a', 'shop');
const dashed = [
  '--quota-backend-bytes=8589934592',
  '--auto-compaction-mode=periodic',
  '--auto-compaction-retention=30m',
];

/** The YAML documents between the sentences, as a YAML reader understands them. */
function documents(target: Target): unknown[] {
  const lines = target.settings(flags).split('\n');
  const starts = lines.flatMap((line, i) => (/^[a-zA-Z-]+:$/.test(line) ? [i] : []));
  return starts.map((start) => {
    const end = lines.findIndex((line, i) => i > start && !line.startsWith(' '));
    return parse(lines.slice(start, end === -1 ? undefined : end).join('\n')) as unknown;
  });
}

describe('the lines to set', () => {
  it('are what kubeadm reads, all values strings, in both of its forms', () => {
    const values = {
      'quota-backend-bytes': '8589934592',
      'auto-compaction-mode': 'periodic',
      'auto-compaction-retention': '30m',
    };
    expect(documents(kubeadm)).toStrictEqual([
      { etcd: { local: { extraArgs: values } } },
      { etcd: { local: { extraArgs: Object.entries(values).map(([name, value]) => ({ name, value })) } } },
    ]);
  });

  it('are what vcluster.yaml takes', () => {
    expect(documents(vclusterDeployed(shop))).toStrictEqual([
      { controlPlane: { backingStore: { etcd: { deploy: { statefulSet: { extraArgs: dashed } } } } } },
    ]);
    expect(documents(vclusterEmbedded(shop))).toStrictEqual([
      { controlPlane: { backingStore: { etcd: { embedded: { extraArgs: dashed } } } } },
    ]);
  });

  it.each([k3s, rke2])('are what the server of $name takes', (target) => {
    expect(documents(target)).toStrictEqual([{ 'etcd-arg': dashed.map((flag) => flag.slice(2)) }]);
  });
});
