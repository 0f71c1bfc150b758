import type { JsonObject } from '../../../src/model/json.ts';
import { rfc3339 } from '../managed-fields.ts';
import type { Named } from '../registry.ts';
import type { Stage } from '../stage.ts';

interface Identity {
  readonly name: string;
  readonly namespace?: string;
  readonly generateName?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly controller?: Named;
  readonly generation?: number;
}

/** metadata of an object that comes into being now. */
export function metadata(stage: Stage, { controller, labels, annotations, ...identity }: Identity): Named['metadata'] {
  return {
    ...identity,
    uid: stage.random.uid(),
    creationTimestamp: rfc3339(stage.now),
    ...(labels ? { labels } : {}),
    ...(annotations ? { annotations } : {}),
    ...(controller
      ? { ownerReferences: [{ ...reference(controller), controller: true, blockOwnerDeletion: true }] }
      : {}),
  };
}

/** What an ownerReference says of an object. */
export function reference({ apiVersion, kind, metadata: { name, uid } }: Named): JsonObject {
  return { apiVersion, kind, name, uid };
}

/** As {@link reference}, for Events and reports, which name the namespace too. */
export function target(object: Named): JsonObject {
  const { namespace } = object.metadata;
  return { ...reference(object), ...(namespace === undefined ? {} : { namespace }) };
}
