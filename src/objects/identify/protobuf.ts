import type { Millis } from '../../model/write.ts';
import { isKyverno } from '../about.ts';
import { groupOf } from '../references.ts';
import { later, type Draft } from './identity.ts';
import type { References, Span } from './references.ts';
import { createScan, next } from './scan.ts';
import { tags } from './tags.ts';
import type { Texts } from './texts.ts';

/** How long the magic number before protobuf is. */
const magicBytes = 4;

type Special = 'event' | 'newEvent' | 'slice' | 'endpoints' | 'lease' | 'none';

/**
 * Fills a draft from a value in protobuf, reading past everything but metadata (of Events and Leases a little more). Throws
 * MalformedValue. Kinds are told by their typeMeta.
 */
export function createProtobufReader(
  texts: Texts,
  references: References,
): (draft: Draft, bytes: Uint8Array, start: number, end: number) => void {
  const scan = createScan();
  const specials = new Map<string, Special>();
  // What the metadata at hand was found to hold; empty spans stand for absent.
  const metadata = { start: 0, end: 0, namespace: span(), name: span(), owner: span() };
  const target = { apiVersion: '', kind: '', namespace: span(), name: span() };

  return (draft, bytes, start, end) => {
    scan.bytes = bytes;
    scan.at = start + magicBytes;
    let special: Special = 'none';
    while (next(scan, end)) {
      if (scan.tag === tags.unknown.typeMeta) special = specialOf(texts.text(bytes, scan.start, scan.end));
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
    if (special === 'event') readEvent(draft, start, end, tags.event);
    else if (special === 'newEvent') readEvent(draft, start, end, tags.newEvent);
    else draft.about = aboutMetadata(special);
    scan.at = end;
  }

  function readMetadata(draft: Draft, start: number, end: number): void {
    metadata.start = start;
    metadata.end = end;
    empty(metadata.namespace);
    empty(metadata.name);
    empty(metadata.owner);
    let isController = false;
    let newest = -Infinity;
    scan.at = start;
    while (next(scan, end)) {
      const { tag, at: after } = scan;
      if (tag === tags.metadata.name) keep(metadata.name);
      else if (tag === tags.metadata.namespace) keep(metadata.namespace);
      else if (tag === tags.metadata.creationTimestamp) draft.at = readSeconds(scan.start, scan.end);
      else if (tag === tags.metadata.ownerReferences && !isController) {
        const { start: ownerStart, end: ownerEnd } = scan;
        isController = saysController(ownerStart, ownerEnd);
        if (isController || metadata.owner.end === 0) {
          metadata.owner.start = ownerStart;
          metadata.owner.end = ownerEnd;
        }
      } else if (tag === tags.metadata.managedFields) newest = readManager(draft, scan.start, scan.end, newest);
      scan.at = after;
    }
    if (newest > (draft.at ?? -Infinity)) draft.at = newest;
  }

  /** Keeps the entry if none was newer; of several in one second the last, as the API server sorts them by time. */
  function readManager(draft: Draft, start: number, end: number, newest: Millis): Millis {
    let managerStart = 0;
    let managerEnd = 0;
    let subStart = 0;
    let subEnd = 0;
    let at = newest === -Infinity ? 0 : -Infinity;
    scan.at = start;
    while (next(scan, end)) {
      const after = scan.at;
      if (scan.tag === tags.managedFields.manager) {
        managerStart = scan.start;
        managerEnd = scan.end;
      } else if (scan.tag === tags.managedFields.subresource) {
        subStart = scan.start;
        subEnd = scan.end;
      } else if (scan.tag === tags.managedFields.time) at = readSeconds(scan.start, scan.end) ?? at;
      scan.at = after;
    }
    if (at < newest) return newest;
    draft.manager = managerEnd > managerStart ? texts.text(scan.bytes, managerStart, managerEnd) : undefined;
    draft.subresource = subEnd > subStart ? texts.text(scan.bytes, subStart, subEnd) : undefined;
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

  function readEvent(draft: Draft, start: number, end: number, of: EventTags): void {
    let reporter = '';
    let source = '';
    let reason = '';
    let relatedStart = 0;
    let relatedEnd = 0;
    clearTarget();
    scan.at = start;
    while (next(scan, end)) {
      const after = scan.at;
      const { tag } = scan;
      if (tag === of.related) {
        relatedStart = scan.start;
        relatedEnd = scan.end;
      } else if (tag === of.involvedObject) readReference(scan.start, scan.end, tags.objectReference);
      else if (tag === of.reason) reason = texts.text(scan.bytes, scan.start, scan.end);
      else if (tag === of.reportingComponent) reporter = texts.text(scan.bytes, scan.start, scan.end);
      else if (tag === of.source) source = onlyText(scan.start, scan.end, tags.source.component);
      else if (tag === of.lastTimestamp || tag === of.eventTime) later(draft, readSeconds(scan.start, scan.end));
      else if (tag === of.series) readSeries(draft, scan.start, scan.end);
      scan.at = after;
    }
    const { kind } = target;
    draft.about = targetIn(target.namespace);
    if (relatedEnd > relatedStart && isKyverno(groupOf(target.apiVersion))) {
      readReference(relatedStart, relatedEnd, tags.objectReference);
      draft.about = targetIn(target.namespace) || draft.about;
    }
    draft.manager = reporter || source || draft.manager;
    draft.subresource = undefined;
    draft.event = texts.reported(draft.manager ?? '', reason, draft.about === 0 ? '' : kind);
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
    while (next(scan, end)) if (scan.tag === tag) found = texts.text(scan.bytes, scan.start, scan.end);
    return found;
  }

  /** The rules of `aboutOf`, on bytes. */
  function aboutMetadata(special: Special): number {
    const { namespace, owner, name } = metadata;
    if (special === 'endpoints') return serviceNamed(name);
    if (owner.end > owner.start) {
      readReference(owner.start, owner.end, tags.owner);
      if (special === 'lease' && target.kind === 'Node') return 0;
      const about = targetIn(namespace);
      if (about > 0) return about;
    }
    return special === 'slice' ? serviceNamed(serviceLabel()) : 0;
  }

  function serviceNamed(name: Span): number {
    const { namespace } = metadata;
    return namespace.end <= namespace.start ? 0 : references.ofSpans('', 'Service', scan.bytes, namespace, name);
  }

  function serviceLabel(): Span {
    const name = span();
    scan.at = metadata.start;
    while (next(scan, metadata.end)) {
      const after = scan.at;
      if (scan.tag === tags.metadata.labels) {
        const { start, end } = scan;
        if (onlyText(start, end, tags.entry.key) === 'kubernetes.io/service-name')
          keepOnly(start, end, tags.entry.value, name);
      }
      scan.at = after;
    }
    return name;
  }

  /** The number of the reference that was read last. */
  function targetIn(namespace: Span): number {
    return references.ofSpans(groupOf(target.apiVersion), target.kind, scan.bytes, namespace, target.name);
  }

  function clearTarget(): void {
    target.apiVersion = '';
    target.kind = '';
    empty(target.namespace);
    empty(target.name);
  }

  /** Fills `target`. */
  function readReference(start: number, end: number, of: ReferenceTags): void {
    clearTarget();
    scan.at = start;
    while (next(scan, end)) {
      const { tag } = scan;
      if (tag === of.kind) target.kind = texts.text(scan.bytes, scan.start, scan.end);
      else if (tag === of.apiVersion) target.apiVersion = texts.text(scan.bytes, scan.start, scan.end);
      else if (tag === of.name) keep(target.name);
      else if (tag === of.namespace) keep(target.namespace);
    }
  }

  function keepOnly(start: number, end: number, tag: number, into: Span): void {
    scan.at = start;
    while (next(scan, end)) if (scan.tag === tag) keep(into);
  }

  /** The bytes of the field at hand. */
  function keep(into: Span): void {
    into.start = scan.start;
    into.end = scan.end;
  }
}

type EventTags = Readonly<Record<keyof typeof tags.event, number>>;

interface ReferenceTags {
  readonly kind: number;
  readonly name: number;
  readonly apiVersion: number;
  readonly namespace?: number;
}

function span(): Span {
  return { start: 0, end: 0 };
}

function empty(of: Span): void {
  of.start = of.end = 0;
}

/** apiVersion = 1 and kind = 2, each a length and the text; compared as they are stored. */
function specialByTypeMeta(typeMeta: string): Special {
  if (typeMeta === stored('v1', 'Event')) return 'event';
  if (typeMeta === stored('events.k8s.io/v1', 'Event')) return 'newEvent';
  if (typeMeta === stored('events.k8s.io/v1beta1', 'Event')) return 'newEvent';
  if (typeMeta === stored('v1', 'Endpoints')) return 'endpoints';
  if (typeMeta === stored('discovery.k8s.io/v1', 'EndpointSlice')) return 'slice';
  if (typeMeta === stored('discovery.k8s.io/v1beta1', 'EndpointSlice')) return 'slice';
  if (typeMeta.endsWith('\x12\x05Lease')) return 'lease';
  return 'none';
}

function stored(apiVersion: string, kind: string): string {
  return `\n${String.fromCharCode(apiVersion.length)}${apiVersion}\x12${String.fromCharCode(kind.length)}${kind}`;
}
