import type { ObjectRef } from '../../model/resource.ts';
import type { Millis } from '../../model/write.ts';
import { groupOf, reference } from '../references.ts';
import type { Draft } from './identity.ts';
import type { Interned } from './interned.ts';
import { createKnownRefs } from './known-refs.ts';
import { createScan, next } from './scan.ts';
import { tags } from './tags.ts';

/** How long the magic number before protobuf is. */
const magicBytes = 4;

type Special = 'event' | 'slice' | 'endpoints' | 'lease' | 'none';

/**
 * Fills a draft from a value in protobuf, reading past everything but metadata (of Events and Leases a little more). Throws
 * MalformedValue. Kinds are told by their typeMeta.
 */
export function createProtobufReader(
  interned: Interned,
): (draft: Draft, bytes: Uint8Array, start: number, end: number) => void {
  const scan = createScan();
  const specials = new Map<string, Special>();
  const owners = createKnownRefs();
  const targets = createKnownRefs();
  // What the metadata at hand was found to hold; sizes of 0 stand for absent.
  const metadata = { start: 0, end: 0, namespace: '', nameStart: 0, nameEnd: 0, ownerStart: 0, ownerEnd: 0 };

  return (draft, bytes, start, end) => {
    scan.bytes = bytes;
    scan.at = start + magicBytes;
    let special: Special = 'none';
    while (next(scan, end)) {
      if (scan.tag === tags.unknown.typeMeta) special = specialOf(interned.text(bytes, scan.start, scan.end));
      else if (scan.tag === tags.unknown.raw) readObject(draft, special, scan.start, scan.end);
    }
  };

  /** @param typeMeta its bytes as text: the same for all objects of a kind. */
  function specialOf(typeMeta: string): Special {
    let special = specials.get(typeMeta);
    if (special === undefined) {
      special = specialByTypeMeta(typeMeta);
      if (specials.size < 10_000) specials.set(typeMeta, special);
    }
    return special;
  }

  function readObject(draft: Draft, special: Special, start: number, end: number): void {
    scan.at = start;
    metadata.start = metadata.end = 0;
    while (next(scan, end)) {
      const after = scan.at;
      if (scan.tag === tags.object.metadata) readMetadata(draft, scan.start, scan.end);
      else if (special === 'lease' && scan.tag === tags.lease.spec) readRenewTime(draft, scan.start, scan.end);
      scan.at = after;
      if (special !== 'lease' && metadata.end > 0) break;
    }
    if (special === 'event') readEvent(draft, start, end);
    else draft.about = aboutMetadata(special);
    scan.at = end;
  }

  function readMetadata(draft: Draft, start: number, end: number): void {
    metadata.start = start;
    metadata.end = end;
    metadata.namespace = '';
    metadata.nameStart = metadata.nameEnd = metadata.ownerStart = metadata.ownerEnd = 0;
    let isController = false;
    let newest = -Infinity;
    scan.at = start;
    while (next(scan, end)) {
      const { tag, at: after } = scan;
      if (tag === tags.metadata.name) {
        metadata.nameStart = scan.start;
        metadata.nameEnd = scan.end;
      } else if (tag === tags.metadata.namespace) metadata.namespace = interned.text(scan.bytes, scan.start, scan.end);
      else if (tag === tags.metadata.creationTimestamp) draft.at = readSeconds(scan.start, scan.end);
      else if (tag === tags.metadata.ownerReferences && !isController) {
        const [ownerStart, ownerEnd] = [scan.start, scan.end];
        isController = saysController(ownerStart, ownerEnd);
        if (isController || metadata.ownerEnd === 0) {
          metadata.ownerStart = ownerStart;
          metadata.ownerEnd = ownerEnd;
        }
      } else if (tag === tags.metadata.managedFields) newest = readManager(draft, scan.start, scan.end, newest);
      scan.at = after;
    }
    if (newest > (draft.at ?? -Infinity)) draft.at = newest;
  }

  /** Keeps the entry if none was newer; of several in one second the last, as the API server sorts them by time. */
  function readManager(draft: Draft, start: number, end: number, newest: Millis): Millis {
    let [managerStart, managerEnd, subStart, subEnd] = [0, 0, 0, 0];
    let at = newest === -Infinity ? 0 : -Infinity;
    scan.at = start;
    while (next(scan, end)) {
      const after = scan.at;
      if (scan.tag === tags.managedFields.manager) [managerStart, managerEnd] = [scan.start, scan.end];
      else if (scan.tag === tags.managedFields.subresource) [subStart, subEnd] = [scan.start, scan.end];
      else if (scan.tag === tags.managedFields.time) at = readSeconds(scan.start, scan.end) ?? at;
      scan.at = after;
    }
    if (at < newest) return newest;
    draft.manager = managerEnd > managerStart ? interned.text(scan.bytes, managerStart, managerEnd) : undefined;
    draft.subresource = subEnd > subStart ? interned.text(scan.bytes, subStart, subEnd) : undefined;
    return at;
  }

  function saysController(start: number, end: number): boolean {
    let says = false;
    scan.at = start;
    while (next(scan, end)) if (scan.tag === tags.owner.controller) says = scan.value !== 0;
    return says;
  }

  function readSeconds(start: number, end: number): Millis | undefined {
    let at: Millis | undefined;
    scan.at = start;
    while (next(scan, end)) if (scan.tag === tags.time.seconds) at = scan.value * 1000;
    return at;
  }

  function readEvent(draft: Draft, start: number, end: number): void {
    let reporter = '';
    let source = '';
    let reason = '';
    let target: ObjectRef | undefined;
    scan.at = start;
    while (next(scan, end)) {
      const after = scan.at;
      const { tag } = scan;
      if (tag === tags.event.involvedObject) target = targets.of(scan.bytes, scan.start, scan.end, '', readTarget);
      else if (tag === tags.event.reason) reason = interned.text(scan.bytes, scan.start, scan.end);
      else if (tag === tags.event.reportingComponent) reporter = interned.text(scan.bytes, scan.start, scan.end);
      else if (tag === tags.event.source) source = onlyText(scan.start, scan.end, tags.source.component);
      else if (tag === tags.event.lastTimestamp || tag === tags.event.eventTime)
        later(draft, readSeconds(scan.start, scan.end));
      else if (tag === tags.event.series) readSeries(draft, scan.start, scan.end);
      scan.at = after;
    }
    draft.about = target;
    draft.manager = reporter || source || draft.manager;
    draft.subresource = undefined;
    draft.event = interned.reported(draft.manager ?? '', reason, target?.kind ?? '');
  }

  function readSeries(draft: Draft, start: number, end: number): void {
    scan.at = start;
    while (next(scan, end)) {
      const after = scan.at;
      if (scan.tag === tags.series.lastObservedTime) later(draft, readSeconds(scan.start, scan.end));
      scan.at = after;
    }
  }

  function readRenewTime(draft: Draft, start: number, end: number): void {
    scan.at = start;
    while (next(scan, end)) {
      const after = scan.at;
      if (scan.tag === tags.leaseSpec.renewTime) later(draft, readSeconds(scan.start, scan.end));
      scan.at = after;
    }
  }

  function onlyText(start: number, end: number, tag: number): string {
    let found = '';
    scan.at = start;
    while (next(scan, end)) if (scan.tag === tag) found = interned.text(scan.bytes, scan.start, scan.end);
    return found;
  }

  /** The rules of `aboutOf`, on bytes. */
  function aboutMetadata(special: Special): ObjectRef | undefined {
    const { namespace, ownerStart, ownerEnd, nameStart, nameEnd } = metadata;
    if (special === 'endpoints') return serviceNamed(interned.text(scan.bytes, nameStart, nameEnd));
    if (ownerEnd > ownerStart) {
      const owner = owners.of(scan.bytes, ownerStart, ownerEnd, namespace, readOwner);
      if (owner) return special === 'lease' && owner.kind === 'Node' ? undefined : owner;
    }
    return special === 'slice' ? serviceNamed(serviceLabel()) : undefined;
  }

  function serviceNamed(name: string): ObjectRef | undefined {
    return metadata.namespace === ''
      ? undefined
      : interned.ref(reference('', 'Service', metadata.namespace, name, undefined));
  }

  function serviceLabel(): string {
    let name = '';
    scan.at = metadata.start;
    while (next(scan, metadata.end)) {
      const after = scan.at;
      if (scan.tag === tags.metadata.labels) {
        const [start, end] = [scan.start, scan.end];
        if (onlyText(start, end, tags.entry.key) === 'kubernetes.io/service-name')
          name = onlyText(start, end, tags.entry.value);
      }
      scan.at = after;
    }
    return name;
  }

  function readOwner(bytes: Uint8Array, start: number, end: number, namespace: string): ObjectRef | undefined {
    const [kind, name, uid, apiVersion] = readTexts(bytes, start, end, tags.owner);
    return interned.ref(reference(groupOf(apiVersion), kind, namespace, name, uid));
  }

  function readTarget(bytes: Uint8Array, start: number, end: number): ObjectRef | undefined {
    const [kind, name, uid, apiVersion, namespace] = readTexts(bytes, start, end, tags.objectReference);
    return interned.ref(reference(groupOf(apiVersion), kind, namespace, name, uid));
  }

  function readTexts(
    bytes: Uint8Array,
    start: number,
    end: number,
    of: { kind: number; name: number; uid: number; apiVersion: number; namespace?: number },
  ): [kind: string, name: string, uid: string, apiVersion: string, namespace: string] {
    let [kind, name, uid, apiVersion, namespace] = ['', '', '', '', ''];
    scan.at = start;
    while (next(scan, end)) {
      const { tag } = scan;
      if (tag === of.kind) kind = interned.text(bytes, scan.start, scan.end);
      else if (tag === of.name) name = interned.text(bytes, scan.start, scan.end);
      else if (tag === of.uid) uid = interned.text(bytes, scan.start, scan.end);
      else if (tag === of.apiVersion) apiVersion = interned.text(bytes, scan.start, scan.end);
      else if (tag === of.namespace) namespace = interned.text(bytes, scan.start, scan.end);
    }
    return [kind, name, uid, apiVersion, namespace];
  }
}

function later(draft: Draft, at: Millis | undefined): void {
  if (at !== undefined && at > (draft.at ?? -Infinity)) draft.at = at;
}

/** apiVersion = 1 and kind = 2, each a length and the text; compared as they are stored. */
function specialByTypeMeta(typeMeta: string): Special {
  if (typeMeta === stored('v1', 'Event')) return 'event';
  if (typeMeta === stored('v1', 'Endpoints')) return 'endpoints';
  if (typeMeta === stored('discovery.k8s.io/v1', 'EndpointSlice')) return 'slice';
  if (typeMeta === stored('discovery.k8s.io/v1beta1', 'EndpointSlice')) return 'slice';
  if (typeMeta.endsWith('\x12\x05Lease')) return 'lease';
  return 'none';
}

function stored(apiVersion: string, kind: string): string {
  return `\n${String.fromCharCode(apiVersion.length)}${apiVersion}\x12${String.fromCharCode(kind.length)}${kind}`;
}
