import { z } from 'zod';

const count = z.int().nonnegative();
const group = z.string().describe('API group; "" for core');
const resource = z.string().describe('plural as in the API');
const moment = z.iso.datetime().nullable();

const outcomes = {
  succeeded: count.describe('answered with a status below 400'),
  unchanged: count
    .nullable()
    .describe(
      'of the succeeded, those that made no revision, dry runs too; null where no writes of the same cluster were read',
    ),
  rejected: z
    .record(z.string().regex(/^\d+$/), count)
    .describe('refused, by HTTP status; "0" where the status is unknown. A refused request costs no revision'),
  conflicts: count.describe(
    'of those refused with 409, the ones based on an old version; the others asked for a name that is taken',
  ),
  ratePerMinute: z
    .number()
    .nonnegative()
    .nullable()
    .describe('all of them, between the first and the last, over one minute at least'),
};

/** What was asked of the API server, whether or not anything came of it. */
export const requests = z
  .strictObject({
    standing: z
      .enum(['joined', 'apart', 'foreign'])
      .describe(
        'joined: laid beside the writes they made; apart: no writes to lay them beside; foreign: the writes are of another cluster',
      ),
    sources: z.array(
      z.strictObject({
        kind: z.enum(['audit-log', 'syncer-log', 'admission']),
        name: z.string(),
        requests: count.describe('that would change something'),
        from: moment,
        to: moment,
      }),
    ),
    ...outcomes,
    resources: z.array(z.strictObject({ group, resource, ...outcomes })).describe('complete, most requests first'),
    users: z
      .array(
        z.strictObject({
          user: z.string().describe('authenticated; with impersonation, who it was done as'),
          userAgents: z.array(z.string()),
          resources: z.array(z.string()).describe('resource.group of what it asked for, most requests first'),
          ...outcomes,
        }),
      )
      .describe('the --top N with most requests'),
    objects: z
      .array(
        z.strictObject({
          group,
          resource,
          namespace: z.string().describe('"" for cluster-scoped objects'),
          name: z.string(),
          user: z.string(),
          userAgents: z.array(z.string()),
          reason: z.string().nullable().describe('of the last refusal'),
          ...outcomes,
        }),
      )
      .describe('the --top N objects and users with most requests'),
    error: count.describe(
      'how far the counts of one object may be off, where there were too many objects to count each',
    ),
  })
  .describe('with --audit-log or --syncer-log, or where the webhook tells the analyzer');
