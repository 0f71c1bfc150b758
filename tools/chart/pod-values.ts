import type { Json } from '../../src/model/json.ts';
import { flag, labels, object, objects, text, type Value } from './value.ts';

/** What every Deployment of ours lets one set of its pods. */
export function podValues(
  of: string,
  { resources, affinityDoc = '' }: { readonly resources: Json; readonly affinityDoc?: string },
): Value[] {
  return [
    { path: `${of}.resources`, schema: object, default: resources, doc: 'requests and limits' },
    { path: `${of}.nodeSelector`, schema: labels, default: {}, doc: 'labels of the nodes it may run on' },
    { path: `${of}.tolerations`, schema: objects, default: [], doc: 'taints it may run beside' },
    { path: `${of}.affinity`, schema: object, default: {}, doc: `as in a pod${affinityDoc}` },
    { path: `${of}.priorityClassName`, schema: text, default: '', doc: 'who is evicted last' },
    { path: `${of}.podAnnotations`, schema: labels, default: {}, doc: 'more annotations of its pods' },
    { path: `${of}.networkPolicy`, schema: flag, default: true, doc: 'let in only what it serves' },
  ];
}
