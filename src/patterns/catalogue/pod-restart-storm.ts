import { definePattern } from '../define-pattern.ts';
import { samplesWriters } from '../sample-writers.ts';
import { nameOf, rounded } from '../sentences.ts';

export const podRestartStorm = definePattern({
  id: 'pod-restart-storm',
  title: 'Containers start, fail and start again, and each round rewrites the status of their pod.',
  explanation:
    'The kubelet writes the status of a pod several times per restart, and a BackOff Event beside it. One pod slows down to a restart every five minutes; hundreds of them fill an etcd whose compaction is off. The finding names the workload that owns the pods.',
  notThis: ['pods that start, work and end', 'a pod whose readiness flaps without a restart', 'a rollout'],
  loop: true,
  symptom: true,
  thresholds: {
    ownerPerMinute: { default: 30, doc: 'writes a minute to all pods of one workload' },
    podPerMinute: { default: 5, doc: 'writes a minute to one pod' },
    restarts: { default: 3, doc: 'restarts seen in a pod that was read in full' },
    restartingShare: { default: 0.5, doc: 'share of the pods read in full that restart' },
    sustainedMinutes: { default: 3, doc: 'minutes it must have gone on' },
  },
  rules: {
    owner: {
      needs: ['history', 'time'],
      evaluate: ({ owner, byPrefix, rateOf, members }, thresholds) => {
        const podWrites = byPrefix.find(({ prefix }) => prefix.endsWith('/pods'));
        const seen = members.filter(({ count, changes }) => isPod(count.prefix) && changes.count > 0);
        const restarting = seen.filter(({ changes }) => changes.restarts >= thresholds.restarts);
        if (!podWrites || restarting.length === 0) return;
        const rate = rateOf(podWrites.writes);
        const hot = restarting.filter(
          (pod) =>
            pod.rate &&
            pod.rate.perMinute >= thresholds.podPerMinute &&
            pod.rate.sustainedMinutes >= thresholds.sustainedMinutes,
        );
        const many =
          rate &&
          rate.perMinute >= thresholds.ownerPerMinute &&
          rate.sustainedMinutes >= thresholds.sustainedMinutes &&
          restarting.length >= seen.length * thresholds.restartingShare;
        if (!many && hot.length === 0) return;
        return {
          confidence: restarting.length >= 3 || hot.length > 0 ? 'high' : 'medium',
          ref: owner,
          fields: restartFields(restarting.flatMap(({ changes }) => changes.paths.map(({ path }) => path))),
          writers: samplesWriters(restarting, podWrites),
          evidence: {
            ...(rate && { podWritesPerMinute: rounded(rate.perMinute), minutes: rounded(rate.sustainedMinutes) }),
            pods: podWrites.names,
            podsRead: seen.length,
            podsRestarting: restarting.length,
            restartsSeen: restarting.reduce((sum, { changes }) => sum + changes.restarts, 0),
          },
          cause: `containers of its pods keep restarting: ${restarting.length} of the ${seen.length} pods read in full do`,
          own: [podWrites.prefix],
        };
      },
    },
    object: {
      needs: ['history', 'time'],
      evaluate: ({ count, ref, owners, rate, changes }, thresholds) => {
        if (!isPod(count.prefix) || !rate || owners.length > 0) return; // pods of a workload count for it
        if (rate.perMinute < thresholds.podPerMinute || rate.sustainedMinutes < thresholds.sustainedMinutes) return;
        if (changes.restarts < thresholds.restarts) return;
        return {
          confidence: 'high',
          ref,
          fields: restartFields(changes.paths.map(({ path }) => path)),
          writers: changes.writers.map(({ writer, writes }) => ({ ...writer, writes })),
          evidence: { perMinute: rounded(rate.perMinute), restartsSeen: changes.restarts },
          cause: `its containers restarted ${changes.restarts} times in ${rounded(rate.sustainedMinutes)} minutes`,
        };
      },
    },
  },
  remedy: ({ subject, kind }) => ({
    summary: `repair ${nameOf(kind, subject)} or stop it`,
    steps: [
      `see why it ends: kubectl ${subject.namespace === undefined ? '' : `-n ${subject.namespace} `}logs --previous, and describe on one of its pods (exit code, OOMKilled, failing probe, image)`,
      `until then stop it: ${kind === 'Deployment' || kind === 'StatefulSet' ? `kubectl -n ${subject.namespace ?? 'default'} scale ${kind.toLowerCase()}/${subject.name} --replicas=0` : 'suspend it or delete it'}`,
      'turn on periodic compaction (--auto-compaction-mode=periodic --auto-compaction-retention=5m): without it every status stays in etcd for good',
    ],
    docs: ['https://kubernetes.io/docs/tasks/debug/debug-application/debug-running-pod/'],
  }),
  example: {
    subject: { type: 'owner', group: 'apps', resource: 'deployments', namespace: 'shop', name: 'web' },
    kind: 'Deployment',
    fields: ['/status/containerStatuses/name=web/restartCount'],
    writers: [{ name: 'kubelet', kind: 'fieldManager', confidence: 'medium', writes: 120 }],
    evidence: {},
  },
  references: ['https://github.com/kubernetes/kubernetes/issues/47366'],
});

const isPod = (prefix: string): boolean => prefix.endsWith('/pods');

function restartFields(paths: readonly string[]): string[] {
  return [...new Set(paths.filter((path) => path.endsWith('/restartCount')))].sort().slice(0, 3);
}
