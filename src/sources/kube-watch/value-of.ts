import type { WatchableResource } from '../../kube/discovery.ts';
import type { WatchedObject } from '../../kube/watch-frames.ts';

const utf8 = new TextEncoder();
const brace = 0x7b;

/** `{"apiVersion":"apps/v1","kind":"Deployment",`: what a metadata-only answer leaves out. */
export function headOf({ group, version, kind }: WatchableResource): Uint8Array {
  const apiVersion = group === '' ? version : `${group}/${version}`;
  return utf8.encode(`{"apiVersion":${JSON.stringify(apiVersion)},"kind":${JSON.stringify(kind)},`);
}

/** The object as JSON that says its own kind, as a value in etcd would. A copy. */
export function valueOf({ json, typed }: WatchedObject, head: Uint8Array): Uint8Array {
  if (typed && json[0] === brace) return json.slice();
  const value = new Uint8Array(head.length + json.length);
  value.set(head);
  value.set(json, head.length);
  return value;
}
