import { z } from 'zod';
import { requests } from './requests-schema.ts';
import { apiVersion } from './api-version.ts';

/** The one definition of what `triage -o json` prints. docs/report.schema.json is generated from it (tools/report-schema.ts). */

const count = z.int().nonnegative();
const revision = z.int().nonnegative();
const share = z.number().min(0).max(1).describe('of totals.writes');
const group = z.string().describe('API group; "" for core');
const resource = z
  .string()
  .describe('plural as in the API: ingresses, though etcd says ingress; "" where the key is not one of Kubernetes\'');
const writes = count.describe('changes of keys, deletions included');
const deletes = count.describe('deletions among the writes');
const bytes = count.describe('bytes of keys and values as stored');
const error = z.number().nonnegative().describe('how far writes may be off; 0 is exact');
const confidence = z.enum(['high', 'medium', 'low']);
const writerKind = z
  .enum(['user', 'fieldManager'])
  .describe('a user was authenticated; a field manager is what the client called itself');

const source = z.strictObject({
  kind: z.enum(['snapshot', 'etcd', 'audit-log', 'api']),
  name: z.string(),
  fromRevision: revision,
  toRevision: revision,
  compactRevision: revision,
});

const database = z.strictObject({
  sizeBytes: count,
  inUseBytes: count,
  quotaBytes: count.nullable(),
  quotaSource: z.string().describe('where the quota is known from'),
  alarms: z.array(z.string()).describe('NOSPACE, CORRUPT'),
});

const totals = z.strictObject({
  revisions: count.describe('distinct revisions; one may hold many writes'),
  writes,
  deletes,
  bytes,
  keys: count.describe('distinct keys'),
  remainder: count
    .optional()
    .describe('writes that compaction left of older times, at most one a key; what findings say leaves them out'),
});

const coverage = z.strictObject({
  counted: count.describe('distinct revisions counted'),
  growth: count.describe('revisions the store went through in the window'),
  ratio: z.number().nonnegative().describe('counted / growth; 1 where there was no growth'),
  notSeen: z.array(z.string()).describe('what the sources cannot show, one sentence each'),
});

const clock = z
  .strictObject({
    from: z.iso.datetime().nullable().describe('when the first revision of the window was written'),
    to: z.iso.datetime().nullable().describe('when the last revision of the window was written'),
    errorSeconds: z.number().nonnegative().nullable().describe('how far a time may be off; null where unknown'),
  })
  .describe(
    'times of revisions, fitted from times that stored objects state; null where none does, and then no rate is known',
  );

const resourceCount = z.strictObject({
  prefix: z.string().describe('without a trailing slash: /registry/events'),
  group,
  resource,
  writes,
  deletes,
  share,
  bytes,
  liveKeys: count.describe('keys not deleted at the last revision'),
});

const keyCount = z.strictObject({
  key: z.string(),
  group,
  resource,
  namespace: z.string().describe('"" for cluster-scoped objects'),
  name: z.string(),
  writes,
  deletes,
  share,
  bytes,
  ratePerMinute: z
    .number()
    .nonnegative()
    .nullable()
    .describe(
      'between its first and its last write, or from the compaction on, over one minute at least; null where no time is known',
    ),
  firstRevision: revision,
  lastRevision: revision,
  error,
});

const ownerCount = z.strictObject({
  group,
  kind: z.string(),
  namespace: z.string().describe('"" for cluster-scoped objects'),
  name: z.string(),
  writes: count.describe('writes of keys that are about this object, its own included'),
  share,
  bytes,
  names: count.describe('distinct keys about it'),
});

const writerCount = z.strictObject({
  name: z.string(),
  kind: writerKind,
  confidence,
  writes,
  share,
  resources: z.array(z.string()).describe('resource.group of what it wrote, most writes first'),
  error,
});

const subject = z.strictObject({
  type: z.enum(['object', 'owner', 'prefix', 'writer']),
  group: group.optional(),
  resource: resource.optional(),
  namespace: z.string().optional(),
  name: z.string(),
});

const finding = z.strictObject({
  pattern: z.string().describe('docs/patterns/<pattern>.md explains it'),
  severity: z.enum(['info', 'warning', 'critical']),
  confidence,
  subject,
  share: share.describe('of totals.writes, without totals.remainder unless it is accused of what is kept'),
  shareWithConsequences: share.describe(
    'the same, with what the subject caused; findings may overlap, so these need not add up to 1',
  ),
  consequences: z.array(z.strictObject({ group, resource, writes })),
  writers: z.array(z.strictObject({ name: z.string(), kind: writerKind, confidence, writes })),
  fields: z.array(z.string()).describe('JSON pointers, list items by key: /spec/containers/name=web/image'),
  evidence: z
    .record(z.string(), z.union([z.number(), z.string(), z.boolean()]))
    .describe('the figures it rests on, by name'),
  cause: z.string(),
  remedy: z.strictObject({ summary: z.string(), steps: z.array(z.string()), docs: z.array(z.string()) }),
});

const carved = z
  .strictObject({
    writes: count,
    fromRevision: revision.nullable(),
    toRevision: revision.nullable(),
    resources: z.array(z.strictObject({ prefix: z.string(), writes: count })),
  })
  .describe('writes found in pages that compaction had already freed: evidence of what was, part of no count');

const undecoded = z
  .strictObject({
    encrypted: count.describe('keys whose values are encrypted at rest'),
    unknown: count.describe('keys whose values could not be decoded'),
  })
  .describe('keys that could only be counted, not read');

const timeline = z
  .strictObject({
    edges: z.array(revision).describe('bin i holds revisions from edges[i] up to, but not including, edges[i + 1]'),
    times: z.array(z.iso.datetime().nullable()).describe('when each of the edges was written; null where unknown'),
    resources: z
      .array(z.strictObject({ prefix: z.string().describe('"" for all others together'), writes: z.array(count) }))
      .describe('those with most writes, most first; writes by bin'),
  })
  .describe('how the writes spread over the window');

const amount = z.strictObject({
  writes,
  share,
  perMinute: z.number().nonnegative().nullable().describe('over the whole window; null where no time is known'),
});
const change = z
  .enum(['new', 'grown', 'shrunk', 'gone'])
  .describe('new and gone: it was, or is, not there at all; grown and shrunk: by a quarter or more');
const before = amount
  .nullable()
  .describe('null where it was not listed; a list cut by --top then held only larger ones');
const after = amount
  .nullable()
  .describe('null where it is not listed; a list cut by --top then holds only larger ones');

const comparedWindow = z.strictObject({
  fromRevision: revision,
  toRevision: revision,
  from: z.iso.datetime().nullable(),
  to: z.iso.datetime().nullable(),
  total: amount,
});

const comparison = z
  .strictObject({
    measure: z
      .enum(['perMinute', 'share'])
      .describe('what decides: writes a minute where both reports know the time, else the share of all writes'),
    before: comparedWindow,
    after: comparedWindow,
    notes: z.array(z.string()).describe('what to know about the two reports, one sentence each'),
    findings: z
      .array(z.strictObject({ change, pattern: z.string(), subject, before, after }))
      .describe('by pattern and subject, consequences included; accepted ones are not listed'),
    resources: z.array(z.strictObject({ change, prefix: z.string(), group, resource, before, after })),
    owners: z.array(
      z.strictObject({ change, group, kind: z.string(), namespace: z.string(), name: z.string(), before, after }),
    ),
    keys: z.array(z.strictObject({ change, key: z.string(), before, after })),
  })
  .describe('what changed since an earlier report, largest change first; what hardly moved is left out');

const accepted = z
  .strictObject({
    pattern: z.string().optional(),
    group: group.optional(),
    resource: z.string().optional(),
    namespace: z.string().optional(),
    name: z.string().optional(),
    reason: z.string(),
    expires: z.iso.date().describe('the last day on which it accepts, in UTC'),
    expired: z.boolean().describe('an expired entry accepts nothing; its findings are those that it once took out'),
    findings: z.array(
      finding.pick({ pattern: true, severity: true, subject: true, share: true, shareWithConsequences: true }),
    ),
  })
  .describe('an entry of the accept list and what it took out of the findings, though out of no count');

const live = z
  .strictObject({
    seconds: z.number().nonnegative().describe('how long it was watched'),
    fromRevision: revision,
    toRevision: revision,
    events: count.describe('changes seen, deletions included'),
    gap: count.describe('revisions passed over in between, because the watch fell behind or etcd had compacted them'),
    endedBy: z.enum(['time', 'alarm']).describe('an armed alarm ends the watch early'),
    keys: z
      .array(
        z.strictObject({
          key: z.string(),
          group,
          resource,
          namespace: z.string(),
          name: z.string(),
          writes,
          deletes,
          bytes,
          ratePerMinute: z.number().nonnegative().describe('writes over the time watched'),
        }),
      )
      .describe('the --top N with most writes'),
  })
  .describe('what was written while triage watched; in no other count');

export const churnReport = z
  .strictObject({
    apiVersion: z.literal(apiVersion),
    kind: z.literal('ChurnReport'),
    generatedBy: z.strictObject({ name: z.literal('kubechurn'), version: z.string() }).optional(),
    counts: z
      .literal('attempts')
      .optional()
      .describe(
        'where only requests were read: those that succeeded stand in for writes, and no revision is known (0)',
      ),
    source: z.array(source),
    database: database.optional().describe('where known'),
    totals,
    coverage,
    clock: clock.nullable(),
    undecoded,
    carved: carved.optional(),
    resources: z.array(resourceCount).describe('complete, most writes first'),
    keys: z.array(keyCount).describe('the --top N with most writes'),
    owners: z.array(ownerCount).describe('the --top N with most writes'),
    writers: z.array(writerCount).describe('the --top N with most writes'),
    findings: z.array(finding).describe('complete, gravest first'),
    requests: requests.optional(),
    timeline: timeline.optional().describe('where the sources have an order of revisions'),
    accepted: z.array(accepted).optional().describe('with --accept, one for each of its entries'),
    comparison: comparison.optional().describe('with --compare'),
    live: live.optional().describe('with --watch'),
  })
  .meta({
    title: 'ChurnReport',
    description: 'Who fills the etcd behind a Kubernetes cluster, why, and what to change',
  });

export type Immutable<T> = T extends readonly (infer Item)[]
  ? readonly Immutable<Item>[]
  : T extends object
    ? { readonly [Name in keyof T]: Immutable<T[Name]> }
    : T;

export type ChurnReport = Immutable<z.infer<typeof churnReport>>;
