import { refId } from '../../model/resource.ts';
import { definePattern } from '../define-pattern.ts';
import { lifecycleReasons } from '../expected.ts';
import { isKyvernoReporter } from '../kyverno.ts';
import type { EventGroup, World } from '../observed.ts';
import { percent, rounded } from '../sentences.ts';

export const eventFlood = definePattern({
  id: 'event-flood',
  title: 'One reporter floods etcd with Events of one reason.',
  explanation:
    'Every Event is an object of its own and stays for an hour. Reporters that use the usual client library are held to a burst of 25 per object; those that name each Event anew, or report to a new object each time, are not. Where one object is behind most of them, it is named; else the reporter.',
  notThis: [
    'the announcements of pods, jobs and scalings (Scheduled, Pulled, Created, ...): as many as there are things',
    'a burst after a restart',
  ],
  loop: false,
  symptom: true,
  thresholds: {
    perMinute: { default: 100, doc: 'writes a minute of Events with one reporter and one reason' },
    sustainedMinutes: { default: 3, doc: 'minutes it must have gone on' },
    mostly: { default: 0.5, doc: 'share from which the object they are about is named instead of the reporter' },
  },
  rules: {
    writer: {
      needs: ['time'],
      evaluate: (group, { perMinute, sustainedMinutes, mostly }, world) => {
        const { reporter, reason, rate, writes, names } = group;
        if (!rate || rate.perMinute < perMinute || rate.sustainedMinutes < sustainedMinutes) return;
        if (lifecycleReasons.has(reason)) return;
        const behind = objectBehind(group, world, mostly);
        return {
          confidence: 'high',
          ...(behind && { ref: behind }),
          writers: [{ name: reporter, kind: 'fieldManager', confidence: 'medium', writes }],
          evidence: {
            reporter,
            reason,
            perMinute: rounded(rate.perMinute),
            minutes: rounded(rate.sustainedMinutes),
            events: names,
            namespaces: new Set(group.events.map(({ namespace }) => namespace)).size,
          },
          cause: `${reporter} reports ${reason} ${Math.round(rate.perMinute)} times a minute, ${percent(writes / world.counted.totals.writes)} % of all writes`,
          claims: { prefixes: [], events: group.events },
        };
      },
    },
  },
  remedy: ({ evidence }) => {
    const reporter = String(evidence['reporter']);
    return {
      summary: `end what makes ${reporter} report ${String(evidence['reason'])}`,
      steps: [
        isKyvernoReporter(reporter)
          ? 'set --omitEvents=PolicyViolation on the Kyverno controllers (Helm: features.omitEvents.eventTypes)'
          : `fix what ${reporter} complains about, or its reporting: one Event per object and reason, updated by count`,
        'bound them: the EventRateLimit admission plugin (type SourceAndObject or Namespace)',
        'keep them shorter: kube-apiserver --event-ttl=15m (default 1h)',
        'keep them apart: kube-apiserver --etcd-servers-overrides=/events#https://events-etcd:2379',
      ],
      docs: ['https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#eventratelimit'],
    };
  },
  example: {
    subject: { type: 'writer', name: 'broken-operator' },
    kind: 'reporter',
    fields: [],
    writers: [{ name: 'broken-operator', kind: 'fieldManager', confidence: 'medium', writes: 120 }],
    evidence: { reporter: 'broken-operator', reason: 'SyncFailed' },
  },
  references: [
    'https://github.com/kubernetes/kubernetes/issues/47366',
    'https://github.com/kubernetes/kubernetes/issues/124836',
    'https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#eventratelimit',
  ],
});

/** The object at the root of most of these Events. Counts by object know no reason, so they must come from the group's kinds and places. */
function objectBehind(
  group: EventGroup,
  { counted, causes }: World,
  mostly: number,
): ReturnType<World['causes']['ancestors']>[number] | undefined {
  const places = new Set(group.events.map(({ kind, namespace }) => `${kind} ${namespace}`));
  const roots = new Map<string, { ref: (typeof counted.abouts)[number]['about']; writes: number }>();
  for (const { about, byPrefix } of counted.abouts) {
    const events = byPrefix.find(({ prefix }) => prefix.endsWith('/events'));
    if (
      !events ||
      !(
        places.has(`${about.kind} ${about.namespace ?? ''}`) ||
        places.has(`${about.kind} ${about.namespace ?? 'default'}`)
      )
    )
      continue;
    const ref = causes.ancestors(about).at(-1) ?? about;
    const root = roots.get(refId(ref));
    if (root) root.writes += events.writes;
    else roots.set(refId(ref), { ref, writes: events.writes });
  }
  const [top] = [...roots.values()].sort((a, b) => b.writes - a.writes);
  const all = [...roots.values()].reduce((sum, { writes }) => sum + writes, 0);
  return top && top.writes >= all * mostly && top.writes >= group.writes * mostly ? top.ref : undefined;
}
