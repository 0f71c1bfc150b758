import type { KeyCount } from '../../model/counts.ts';

/** Written over and over as they should be. */
const seldom = /\/(events|masterleases|peerserverleases)$/;
/** Nodes renew theirs six times a minute, and there are as many as nodes. */
const nodeLease = /\/leases\/kube-node-lease\//;

/** Whether watching an object in full could tell anything: not of one that lives its short life, nor of an Event. */
export function worthWatching({ key, prefix, writes, creates, deletes, live }: KeyCount): boolean {
  if (!live || seldom.test(prefix) || nodeLease.test(key)) return false;
  // A pod or job that came, did its work and goes: 5 to 8 writes.
  return !(creates > 0 && creates <= 2 && writes - deletes <= creates * 8);
}
