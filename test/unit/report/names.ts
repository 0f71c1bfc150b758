import * as fc from 'fast-check';
import type { ReportParts } from '../../../src/report/assemble.ts';
import { incident } from './incident.ts';

/** Any code units at all, lone surrogates included; now and then far longer than Kubernetes allows. */
export const anyName = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 30 }).map((units) => String.fromCharCode(...units)),
  fc.string({
    unit: fc.constantFrom('\u001b', '[', '2', 'J', '\n', '\r', '\t', '\u202e', '\u0085', ' ', '…', '\\'),
    maxLength: 200,
  }),
);

/** The incident with one name in every place a tenant, or a file, chooses. */
export function named(name: string): ReportParts {
  const { counted, findings, owners, ...parts } = incident();
  return {
    ...parts,
    counted: {
      ...counted,
      source: counted.source.map((source) => ({ ...source, name })),
      prefixes: counted.prefixes.map((each, i) =>
        i % 2 === 0 ? { ...each, prefix: name, group: '', resource: '' } : { ...each, resource: name },
      ),
      topKeys: counted.topKeys.map((each) => ({
        ...each,
        key: name,
        resource: { group: name, resource: name, namespace: name, name },
      })),
      writers: counted.writers.map((each) => ({ ...each, writer: { ...each.writer, name }, resources: [name, name] })),
      carved: { writes: 3, fromRevision: null, toRevision: null, resources: [{ prefix: name, writes: 3 }] },
      timeline: {
        edges: counted.timeline?.edges ?? [],
        prefixes: (counted.timeline?.prefixes ?? []).map((each) => ({ ...each, prefix: name })),
      },
      notSeen: [name],
    },
    owners: owners.map((each) => ({ ...each, owner: { group: name, kind: name, namespace: name, name } })),
    findings: findings.map((each) => ({
      ...each,
      subject: { ...each.subject, namespace: name, name },
      writers: [...each.writers, { name, kind: 'fieldManager', confidence: 'low', writes: 1 }],
      consequences: [{ group: name, resource: name, writes: 1 }],
      fields: [name, name],
      evidence: { name },
      cause: name,
      remedy: { summary: name, steps: [name], docs: [name] },
    })),
  };
}

/** An etcd nobody ever wrote to. */
export function emptyStore(): ReportParts {
  const { counted } = incident();
  return {
    counted: {
      source: [{ kind: 'snapshot', name: 'db', fromRevision: 1, toRevision: 1, compactRevision: 0 }],
      totals: { revisions: 0, keys: 0, writes: 0, creates: 0, deletes: 0, bytes: 0 },
      growth: 0,
      countedRevisions: 0,
      prefixes: [],
      topKeys: [],
      writers: [],
      abouts: [],
      edges: [],
      events: [],
      anchors: [],
      chosen: [],
      undecoded: { encrypted: 0, unknown: 0 },
      notSeen: counted.notSeen,
    },
    clock: undefined,
    findings: [],
    owners: [],
    notSeen: [],
    top: 20,
  };
}
