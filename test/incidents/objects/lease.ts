import { rfc3339Micro, type Manager } from '../managed-fields.ts';
import type { Named } from '../registry.ts';
import type { Entity, Stage } from '../stage.ts';
import { metadata } from './metadata.ts';

interface Election {
  readonly namespace: string;
  readonly name: string;
  readonly holder: string;
  readonly seconds: number;
  readonly by: Manager;
}

export function createLease(stage: Stage, { namespace, name, holder, seconds, by }: Election): Entity {
  const at = rfc3339Micro(stage.now);
  const body: Named = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: metadata(stage, { namespace, name }),
    spec: {
      holderIdentity: holder,
      leaseDurationSeconds: seconds,
      acquireTime: at,
      renewTime: at,
      leaseTransitions: 0,
    },
  };
  return stage.create(body, by);
}

export const renew = (stage: Stage, lease: Entity, by: Manager): Entity =>
  stage.update(lease, by, { spec: { renewTime: rfc3339Micro(stage.now) } });
