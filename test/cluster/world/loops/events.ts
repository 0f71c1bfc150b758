import { randomBytes } from 'node:crypto';
import type { JsonObject } from '../../../../src/model/json.ts';
import { accountOf, core } from '../objects.ts';
import type { Loop } from '../scenario.ts';

const legacy = accountOf('legacy', 'legacy-operator');
const modern = accountOf('modern', 'modern-operator');

/** One object, and each Event a name of its own: past the limit that client-go keeps. */
export const coreEvents: Loop = {
  name: 'a flood of Events through the core API',
  namespace: 'legacy',
  users: [legacy],
  expected: {
    pattern: 'event-flood',
    subject: { type: 'object', group: '', resource: 'configmaps', namespace: 'legacy', name: 'source' },
    writers: [['legacy-operator']],
    fields: [],
    remedy: /end what makes legacy-operator report SyncFailed/,
    live: true,
  },
  async prepare({ as }) {
    await as(legacy, 'legacy-operator').create(`${core('legacy')}/configmaps`, { metadata: { name: 'source' } });
  },
  start({ as, every }) {
    const reporter = as(legacy, 'legacy-operator');
    every(175, () => {
      const at = `${new Date().toISOString().slice(0, 19)}Z`;
      return reporter.create(`${core('legacy')}/events`, {
        metadata: { name: eventName('source') },
        involvedObject: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'legacy', name: 'source' },
        ...{ reason: 'SyncFailed', message: 'cannot be synced', type: 'Warning', count: 1 },
        ...{ source: { component: 'legacy-operator' }, firstTimestamp: at, lastTimestamp: at },
      });
    });
  },
};

/** Ever other objects, so that the reporter is what they have in common. */
export const newerEvents: Loop = {
  name: 'a flood of Events through events.k8s.io',
  namespace: 'modern',
  users: [modern],
  expected: {
    pattern: 'event-flood',
    subject: { type: 'writer', name: 'modern-operator' },
    writers: [['modern-operator']],
    fields: [],
    remedy: /end what makes modern-operator report Unreachable/,
    live: true,
  },
  start({ as, every }) {
    const reporter = as(modern, 'modern-operator');
    every(175, (turn) =>
      reporter.create('/apis/events.k8s.io/v1/namespaces/modern/events', {
        ...newerEvent(`peer-${turn}`, 'modern'),
        ...{ reason: 'Unreachable', action: 'Connect', type: 'Warning', note: `peer-${turn} does not answer` },
        ...{ reportingController: 'modern-operator', reportingInstance: 'modern-operator-0' },
      }),
    );
  },
};

/** What every Event of events.k8s.io needs; about a ConfigMap. */
export function newerEvent(name: string, namespace: string): JsonObject {
  return {
    metadata: { name: eventName(name) },
    eventTime: new Date().toISOString().replace('Z', '000Z'),
    regarding: { apiVersion: 'v1', kind: 'ConfigMap', namespace, name },
  };
}

const eventName = (about: string): string => `${about}.${randomBytes(8).toString('hex')}`;
