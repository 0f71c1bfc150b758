import { bytes } from '../../../words/units.ts';
import { listed } from '../../../words/listed.ts';
import { compactionSetting, hoursKept, off } from '../auto-compaction.ts';
import { ok, skipped, warning, type Verdict } from '../define-check.ts';
import { advisedQuotaBytes, autoCompactionFlags, quotaFlags, type EtcdFlag } from '../../targets/flags.ts';
import { defaultQuotaBytes } from '../quota.ts';
import { howToSet } from '../sentences.ts';
import { valueOf, type ClusterCheck } from './needs.ts';
import type { ClusterSeen, SeenEtcd, SeenProgram } from './seen.ts';

const whereRead = 'the command lines of kubeadm’s static pods and of StatefulSets that run etcd';

/** Flags as command lines state them: what an etcd really does, `check --etcd` or `--target` tells. */
export const quotaSetting: ClusterCheck = {
  category: 'etcd settings',
  name: 'quota flag',
  needs: ['flags of etcd'],
  looksAt: `--quota-backend-bytes in ${whereRead}`,
  warnsWhen: "it is etcd's default of 2 GiB, or above the 8 GiB that etcd's maintainers suggest at most",
  judge: (seen) =>
    judgeEach(seen, quotaFlags, ({ flags }) => {
      const stated = flags.get('quota-backend-bytes');
      const quota = stated === undefined || stated === '0' ? defaultQuotaBytes : Number(stated);
      const isWrong = quota === defaultQuotaBytes || quota > advisedQuotaBytes || Number.isNaN(quota);
      const said = Number.isNaN(quota) ? `"${stated}"` : bytes(quota);
      return { said: `${said}${quota === defaultQuotaBytes ? ", etcd's default" : ''}`, isWrong };
    }),
};

export const compactionFlag: ClusterCheck = {
  category: 'etcd settings',
  name: 'auto-compaction flag',
  needs: ['flags of etcd'],
  looksAt: `--auto-compaction-retention in ${whereRead}`,
  warnsWhen: 'it is off, so nobody compacts when kube-apiserver cannot; or more than a day is kept',
  judge: (seen) =>
    judgeEach(seen, autoCompactionFlags, ({ flags }) => {
      const said = compactionSetting(flags);
      return { said, isWrong: said === off || hoursKept(flags) > 24 };
    }),
};

export const apiServerCompaction: ClusterCheck = {
  category: 'etcd settings',
  name: 'compaction by kube-apiserver',
  needs: ['flags of kube-apiserver'],
  looksAt: '--etcd-compaction-interval of the static pods of kube-apiserver',
  warnsWhen: 'it is 0: then kube-apiserver keeps every revision',
  judge(seen) {
    const all = valueOf(seen.apiServers) ?? [];
    if (all.length === 0)
      return skipped('no kube-apiserver runs as a static pod here: a managed control plane, or k3s');
    const isOff = (flags: SeenProgram['flags']): boolean =>
      /^0[a-z]*$/.test(flags.get('etcd-compaction-interval') ?? '');
    const without = all.filter(({ flags }) => isOff(flags));
    if (without.length === 0) return ok(`every ${all[0]?.flags.get('etcd-compaction-interval') ?? '5m, the default'}`);
    return warning(
      `off at ${namesOf(without)}: nothing that was ever written goes`,
      [
        'kubeadm, in /etc/kubernetes/manifests/kube-apiserver.yaml of each control plane node:',
        '- --etcd-compaction-interval=5m',
      ].join('\n'),
    );
  },
};

function judgeEach(
  { etcds, vclusters }: ClusterSeen,
  advised: readonly EtcdFlag[],
  judge: (etcd: SeenEtcd) => { readonly said: string; readonly isWrong: boolean },
): Verdict {
  const all = valueOf(etcds) ?? [];
  const ask = vclusters.map((name) => `kubechurn check --target vcluster/${name}`).join('\n');
  const elsewhere = vclusters.length === 0 ? '' : `only its vcluster.yaml tells for ${listed(vclusters)}`;
  if (all.length === 0)
    return elsewhere === ''
      ? skipped('no pod of this cluster shows the flags of an etcd: ask it with --etcd or --target')
      : skipped(elsewhere, `to ask it:\n${ask}`);
  const judged = all.map((etcd) => ({ ...etcd, ...judge(etcd) }));
  const why = [...Map.groupBy(judged, ({ said }) => said)].map(([said, those]) => `${said} at ${namesOf(those)}`);
  const wrong = judged.filter(({ isWrong }) => isWrong);
  const hints = [...new Set(wrong.map(({ target }) => howToSet(target, advised)))];
  const said = [why.join('; '), ...(elsewhere === '' ? [] : [elsewhere])].join('; ');
  return wrong.length === 0 ? ok(said) : warning(said, hints.join('\n\n'));
}

function namesOf(those: readonly SeenProgram[]): string {
  return listed(those.map(({ name }) => name));
}
