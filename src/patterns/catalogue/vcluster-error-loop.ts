import type { FindingWriter, Subject } from '../../model/finding.ts';
import type { RequestCount } from '../../model/request.ts';
import { builtinNamed } from '../../objects/kinds.ts';
import { definePattern } from '../define-pattern.ts';
import { listed } from '../../words/listed.ts';
import { nameOf, rounded } from '../sentences.ts';
import { pauseSync } from '../vcluster-yaml.ts';

export const vclusterErrorLoop = definePattern({
  id: 'vcluster-error-loop',
  title: "A vCluster's syncer tries again and again to sync what an API server refuses.",
  explanation:
    'The syncer sends its update, the API server of the host or of the vCluster refuses it, and the syncer puts the object back in its queue. The object does not change, so neither etcd shows it by its revisions; the SyncError Events it leaves each time do fill the etcd of the vCluster, and the attempts load both API servers. The log of the syncer, an audit log or those Events show it.',
  notThis: [
    'conflicts that are settled by the next attempt',
    'a syncer that starts and does not find everything at once: it must have gone on for minutes',
    'a synced object that really goes back and forth: that is a vcluster-sync-loop',
  ],
  refines: ['conflict-storm', 'event-flood'],
  loop: true,
  symptom: true,
  thresholds: {
    refusals: { default: 10, doc: 'refused attempts on one object, or SyncError Events of one kind' },
    perMinute: { default: 2, doc: 'of those a minute' },
    sustainedMinutes: { default: 3, doc: 'minutes it must have gone on' },
  },
  rules: {
    asked: {
      needs: ['requests'],
      evaluate: ({ ref, requests }, { refusals, perMinute, sustainedMinutes }) => {
        const [refused] = requests
          .filter((count) => isSyncer(count))
          .map((count) => ({ count, stretch: busier(count) }))
          .filter(
            ({ stretch }) =>
              stretch.count >= refusals && stretch.perMinute >= perMinute && stretch.minutes >= sustainedMinutes,
          )
          .sort((a, b) => b.stretch.count - a.stretch.count);
        if (!refused) return;
        const { count, stretch } = refused;
        const codes = Object.entries(count.rejected).map(
          ([code, times]) => `${code === '0' ? 'other' : code} x ${times}`,
        );
        return {
          confidence: 'high',
          ref,
          writers: [syncer(count)],
          evidence: {
            refusals: stretch.count,
            perMinute: rounded(stretch.perMinute),
            minutes: stretch.minutes,
            codes: codes.join(', '),
            ...(count.reason !== undefined && { lastError: count.reason }),
            resource: [ref.group, ref.kind].filter(Boolean).join('/'),
          },
          cause: `the syncer (${count.user}) tried ${stretch.count} times in ${stretch.minutes} min and was refused (${codes.join(', ')})${count.reason === undefined ? '' : `: ${count.reason}`}`,
        };
      },
    },
    writer: {
      needs: ['time'],
      evaluate: ({ reporter, reason, events, writes, rate }, { refusals, perMinute, sustainedMinutes }) => {
        if (reason !== 'SyncError' || !reporter.endsWith('-syncer')) return;
        if (writes < refusals || !rate || rate.perMinute < perMinute || rate.sustainedMinutes < sustainedMinutes)
          return;
        const kind = events[0]?.kind ?? '';
        const namespaces = [...new Set(events.map(({ namespace }) => namespace))];
        return {
          confidence: 'medium',
          evidence: {
            syncErrors: writes,
            perMinute: rounded(rate.perMinute),
            minutes: rounded(rate.sustainedMinutes),
            kind,
            namespaces: listed(namespaces.slice(0, 3)),
          },
          cause: `${reporter} reports SyncError ${writes} times on ${kind}s of ${listed(namespaces.slice(0, 3))}: what it syncs is refused each time`,
        };
      },
    },
  },
  remedy: ({ subject, kind, evidence }) => {
    const synced = kindOf(subject, evidence);
    const what = subject.type === 'object' ? nameOf(kind, subject) : `${String(evidence['kind'])}s`;
    return {
      summary: `find out why ${what} ${subject.type === 'object' ? 'is' : 'are'} refused; until then pause the syncing of this kind`,
      steps: [
        'read the whole error: kubectl logs of the syncer container, or kubectl get events -A --field-selector reason=SyncError inside the vCluster',
        'where the host changed what was synced (a mutating webhook, an autoscaler, an older or newer Kubernetes with other defaults), exempt the synced objects from it, or bring host and vCluster to the same minor version',
        `until then pause the syncing of ${synced.resource ?? 'this kind'} in vcluster.yaml (vCluster has no switch for a single object):\n${pauseSync(synced)}`,
        'upgrade vCluster: conflicts stopped being reported as SyncError with loft-sh/vcluster#1240',
      ],
      docs: [
        'https://vcluster.com/docs/vcluster/configure/vcluster-yaml/sync/to-host',
        'https://github.com/loft-sh/vcluster/pull/1240',
      ],
    };
  },
  example: {
    subject: { type: 'object', group: '', resource: 'pods', namespace: 'build', name: 'runner-0' },
    kind: 'Pod',
    fields: [],
    writers: [{ name: 'kubernetes-super-admin', kind: 'user', confidence: 'high', writes: 0 }],
    evidence: {},
  },
  references: [
    'https://github.com/loft-sh/vcluster/issues/4150',
    'https://github.com/loft-sh/vcluster/issues/3578',
    'https://github.com/loft-sh/vcluster/pull/1240',
  ],
});

/** On the host the syncer has an account of its own; inside the vCluster it is the super admin, and so is its owner at times. */
function isSyncer({ user, userAgents }: RequestCount): boolean {
  if (/^system:serviceaccount:[^:]+:vc-.+$/.test(user)) return true;
  return user === 'kubernetes-super-admin' && userAgents.some((agent) => agent.startsWith('vcluster'));
}

/** Conflicts that go on are no better than other refusals. */
function busier({ refused, conflicting }: RequestCount): RequestCount['refused'] {
  return refused.count >= conflicting.count ? refused : conflicting;
}

function syncer({ user, succeeded, unchanged = 0 }: RequestCount): FindingWriter {
  return { name: user, kind: 'user', confidence: 'high', writes: Math.max(0, succeeded - unchanged) };
}

/** The kind whose syncing is to be paused. */
function kindOf(subject: Subject, evidence: Readonly<Record<string, number | string | boolean>>): Subject {
  if (subject.type === 'object') return subject;
  const kind = String(evidence['kind'] ?? '');
  const builtin = builtinNamed(kind);
  return {
    type: 'prefix',
    name: kind,
    group: builtin?.group ?? '',
    resource: builtin?.resource ?? `${kind.toLowerCase()}s`,
  };
}
