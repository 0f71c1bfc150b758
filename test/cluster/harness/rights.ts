import { until } from '../../etcd/harness/until.ts';
import type { ControlPlane } from './start-control-plane.ts';

/** What a user is to be allowed, as in a SubjectAccessReview. */
export interface Right {
  readonly verb: string;
  readonly group?: string;
  readonly resource: string;
  readonly namespace?: string;
}

/** Waits until a binding has effect: the authorizer follows bindings by a watch, and refuses what it has not seen allowed. */
export async function untilAllowed(world: ControlPlane, user: string, resourceAttributes: Right): Promise<void> {
  await until(`${user} to be allowed to ${resourceAttributes.verb} ${resourceAttributes.resource}`, async () => {
    const { status } = await world.request('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
      spec: { user, resourceAttributes },
    });
    return (status as { allowed: boolean }).allowed;
  });
}
