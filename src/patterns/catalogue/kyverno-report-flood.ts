import { definePattern } from '../define-pattern.ts';
import { isIntermediateReport, isKyvernoReporter, kyvernoPrefixes } from '../kyverno.ts';
import { percent, rounded } from '../sentences.ts';
import { samplesWriters } from '../sample-writers.ts';

export const kyvernoReportFlood = definePattern({
  id: 'kyverno-report-flood',
  title: 'Kyverno writes intermediate reports and Events for every admission faster than etcd can forget them.',
  explanation:
    'For each admission Kyverno creates one report per policy type, updates it, folds it into a policy report and deletes it; each violation adds two Events, which are never aggregated and usually outnumber the reports. Every key is unique, so no ranking of keys shows it: it is counted by prefix, with the Events of its reporters as consequences. When aggregation stalls, the live reports stand at the limit of Kyverno itself.',
  notThis: ['a Kyverno that judges little: few reports, few of them live', 'reports of other tools (Trivy, Falco)'],
  refines: ['event-flood'],
  loop: false,
  symptom: false,
  thresholds: {
    createsPerMinute: { default: 60, doc: 'intermediate reports created a minute' },
    sustainedMinutes: { default: 3, doc: 'minutes it must have gone on' },
    liveReports: {
      default: 950,
      doc: "intermediate reports alive at once: Kyverno's own breaker stops at 1,000 (--maxAdmissionReports)",
    },
  },
  rules: {
    prefix: {
      needs: [],
      evaluate: ({ count, rateOf, samples }, { createsPerMinute, sustainedMinutes, liveReports }, { counted }) => {
        if (!isIntermediateReport(count)) return;
        const busiest = counted.prefixes.find((prefix) => isIntermediateReport(prefix));
        if (busiest?.prefix !== count.prefix) return; // one finding for all its prefixes
        const creates = rateOf(count.creates);
        const flooding =
          creates !== undefined &&
          creates.perMinute >= createsPerMinute &&
          creates.sustainedMinutes >= sustainedMinutes;
        const piledUp = count.liveKeys >= liveReports;
        if (!flooding && !piledUp) return;

        const events = counted.events.filter(({ reporter }) => isKyvernoReporter(reporter));
        const eventWrites = events.reduce((sum, { writes }) => sum + writes, 0);
        const prefixes = kyvernoPrefixes(counted.prefixes);
        const reportWrites = prefixes.reduce((sum, { writes }) => sum + writes, 0);
        const stalled = piledUp && count.deletes * 2 <= count.creates;
        const eventsLead = eventWrites > reportWrites;
        return {
          confidence: 'high',
          ...(!flooding && { kept: true }),
          writers: samplesWriters(samples, count),
          evidence: {
            reportWrites,
            eventWrites,
            liveReports: count.liveKeys,
            ...(creates && {
              createsPerMinute: rounded(creates.perMinute),
              minutes: rounded(creates.sustainedMinutes),
            }),
            eventsLead,
            stalled,
          },
          cause: stalled
            ? `${count.liveKeys} intermediate reports of Kyverno pile up: its aggregation does not keep up or stands still`
            : eventsLead
              ? `Kyverno's PolicyViolation Events lead (${eventWrites} writes, ${percent(eventWrites / counted.totals.writes)} % of all), before its reports (${reportWrites})`
              : `Kyverno creates and deletes an intermediate report for every admission (${reportWrites} writes), and ${eventWrites} Events`,
          claims: { prefixes: prefixes.map(({ prefix }) => prefix), events },
        };
      },
    },
  },
  remedy: ({ evidence }) => {
    const omit =
      'set --omitEvents=PolicyViolation on the admission, background and reports controllers (Helm: features.omitEvents.eventTypes), or exclude what violates all the time';
    const fewer = [
      'set --admissionReports=false on the admission controller where admission-time reports are not read (Helm: features.admissionReports.enabled=false)',
      'narrow match to the kinds that matter, and leave out Jobs and Pods that live for seconds (resourceFilters in the Kyverno ConfigMap)',
      'set a longer --backgroundScanInterval (default 1h) on the reports controller',
    ];
    const drain =
      'give the reports controller memory and CPU until it catches up; then check kubectl get ephemeralreports -A, and delete what it leaves behind';
    return {
      summary:
        evidence['stalled'] === true
          ? 'get the reports controller to work again, then write fewer reports'
          : evidence['eventsLead'] === true
            ? 'stop the PolicyViolation Events first (--omitEvents=PolicyViolation), then write fewer reports'
            : 'write fewer intermediate reports',
      steps:
        evidence['stalled'] === true
          ? [drain, ...fewer, omit]
          : evidence['eventsLead'] === true
            ? [omit, ...fewer]
            : [...fewer, omit],
      docs: ['https://kyverno.io/docs/policy-reports/', 'https://github.com/kyverno/kyverno/issues/8974'],
    };
  },
  example: {
    subject: {
      type: 'prefix',
      group: 'reports.kyverno.io',
      resource: 'ephemeralreports',
      name: '/registry/reports.kyverno.io/ephemeralreports',
    },
    kind: 'ephemeralreports',
    fields: [],
    writers: [{ name: 'kyverno', kind: 'fieldManager', confidence: 'medium', writes: 120 }],
    evidence: { eventsLead: true, stalled: false },
  },
  references: [
    'https://github.com/kyverno/kyverno/issues/8974',
    'https://github.com/kyverno/kyverno/issues/10761',
    'https://github.com/kyverno/kyverno/issues/9197',
    'https://github.com/kyverno/website/issues/764',
  ],
});
