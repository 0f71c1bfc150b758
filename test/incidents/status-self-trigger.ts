import type { Culprit, Mutation, Window } from './mutation.ts';
import { rfc3339 } from './managed-fields.ts';
import { metadata } from './objects/metadata.ts';
import { play } from './stage.ts';

const namespace = 'ops';
const name = 'sandbox';
const operator = { manager: 'environment-operator', subresource: 'status' };

export const statusSelfTriggerCulprits: readonly Culprit[] = [
  {
    pattern: 'status-self-trigger',
    subject: { group: 'env.example.com', resource: 'environments', namespace, name },
    fields: ['/status/lastReconcileTime'],
    writers: [operator.manager],
  },
];

/** A controller that sees its own timestamp, wakes up, and writes the next one. */
export function* statusSelfTrigger(window: Window, { every = 3_000 } = {}): Generator<Mutation> {
  yield* play(window, (stage) => {
    const body = {
      apiVersion: 'env.example.com/v1',
      kind: 'Environment',
      metadata: metadata(stage, { namespace, name, generation: 1 }),
      spec: { size: 'small' },
    };
    let environment = stage.create(body, { manager: 'kubectl-client-side-apply' });
    stage.every(every, () => {
      environment = stage.update(environment, operator, {
        status: { phase: 'Ready', observedGeneration: 1, lastReconcileTime: rfc3339(stage.now) },
      });
    });
  });
}
