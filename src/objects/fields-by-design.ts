import type { ResourceKey } from '../model/resource.ts';

const bookkeeping: readonly RegExp[] = [
  /^\/metadata\/annotations\/kubectl\.kubernetes\.io~1last-applied-configuration$/,
  /^\/metadata\/annotations\/deployment\.kubernetes\.io~1/,
  /^\/metadata\/(resourceVersion|generation|managedFields|deletion|selfLink)/,
  /\/observedGeneration$/,
];

/** `group/resource` of objects whose listed fields several parties of Kubernetes itself write in turn. */
const sharedByDesign: Readonly<Record<string, RegExp>> = {
  '/pods': /^\/status\//, // kubelet, scheduler, node lifecycle controller
  '/nodes': /^\/(status|spec\/taints|spec\/unschedulable)/, // kubelet and node lifecycle controller when a node flaps
  '/events': /^\//,
  // Asked for by one, taken away by the application controller when done.
  'argoproj.io/applications':
    /^\/(operation|status\/operationState|metadata\/annotations\/argocd\.argoproj\.io~1refresh)/,
};

/** Whether a field only follows from others of the same object. */
export function isBookkeeping(path: string): boolean {
  return bookkeeping.some((pattern) => pattern.test(path));
}

/** Whether a field going back and forth says nothing about a fight. */
export function isSharedField({ group, resource }: Pick<ResourceKey, 'group' | 'resource'>, path: string): boolean {
  return isBookkeeping(path) || (sharedByDesign[`${group}/${resource}`]?.test(path) ?? false);
}

const deliberate = /\/(\w*[rR]eplicas|image|suspend|paused|parallelism)$/;

/** Whether one writer moves a field back and forth on purpose: it scales, or rolls back and forth. */
export function isDeliberate(path: string): boolean {
  return deliberate.test(path);
}
