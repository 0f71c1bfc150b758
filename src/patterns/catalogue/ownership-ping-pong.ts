import { definePattern } from '../define-pattern.ts';
import { expectedChurn } from '../expected.ts';
import { listed } from '../../words/listed.ts';
import { nameOf, rounded, writerNames } from '../sentences.ts';

export const ownershipPingPong = definePattern({
  id: 'ownership-ping-pong',
  title: 'The content stays the same, but its fields change hands in managedFields with every write.',
  explanation:
    'Two writers agree on every value and still take the fields from each other: one applies with force what the other updates, or rewrites managedFields. The object is stored anew each time although nobody reading it sees a difference.',
  notThis: [
    'an apply that changes nothing: the API server does not store it',
    'a change of hands once, as when client-side apply becomes server-side apply',
    'two writers of different values: that is a field-fight',
  ],
  loop: true,
  symptom: false,
  thresholds: {
    perMinute: { default: 5, doc: 'writes a minute with equal content' },
    sustainedMinutes: { default: 3, doc: 'minutes it must have gone on' },
    returns: { default: 3, doc: 'times the fields went back to owners they had before' },
    highReturns: { default: 10, doc: 'such times from which the confidence is high' },
  },
  rules: {
    object: {
      needs: ['history', 'time'],
      evaluate: ({ resource, ref, rate, changes }, thresholds) => {
        const { ownership, count } = changes;
        if (!rate || expectedChurn(resource, rate.perMinute) || ownership.returns < thresholds.returns) return;
        const moves = rate.perMinute * (ownership.moves / Math.max(1, count));
        if (moves < thresholds.perMinute || rate.sustainedMinutes < thresholds.sustainedMinutes) return;
        const writers = ownership.writers
          .filter(({ writes }) => writes * 10 >= ownership.moves)
          .map(({ writer, writes }) => ({ ...writer, writes }));
        const fields = ownership.paths.slice(0, 5);
        return {
          confidence: ownership.returns >= thresholds.highReturns && writers.length >= 2 ? 'high' : 'medium',
          ref,
          fields,
          writers,
          evidence: {
            perMinute: rounded(moves),
            minutes: rounded(rate.sustainedMinutes),
            moves: ownership.moves,
            returns: ownership.returns,
          },
          cause: `${writerNames(writers)} keep${writers.length === 1 ? 's' : ''} taking ${listed(fields.slice(0, 3))} over without changing a value`,
        };
      },
    },
  },
  remedy: ({ subject, kind, fields, writers }) => ({
    summary: `give ${listed(fields.slice(0, 3))} of ${nameOf(kind, subject)} one field manager`,
    steps: [
      `let only one of ${writerNames(writers)} write ${listed(fields.slice(0, 3))}; a status belongs to one controller`,
      'do not force on both sides: server-side apply without --force-conflicts reports the other owner instead of taking over',
      'do not mix update and apply of the same fields, and leave managedFields out of what is written',
    ],
    docs: ['https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts'],
  }),
  example: {
    subject: { type: 'object', group: 'fleet.cattle.io', resource: 'gitrepos', namespace: 'fleet-local', name: 'apps' },
    kind: 'GitRepo',
    fields: ['/status/display/state'],
    writers: [
      { name: 'fleetcontroller', kind: 'fieldManager', confidence: 'medium', writes: 60 },
      { name: 'gitjob', kind: 'fieldManager', confidence: 'medium', writes: 60 },
    ],
    evidence: {},
  },
  references: [
    'https://github.com/rancher/fleet/issues/3004',
    'https://github.com/rancher/fleet/pull/3008',
    'https://github.com/crossplane/crossplane/issues/6228',
    'https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts',
  ],
});
