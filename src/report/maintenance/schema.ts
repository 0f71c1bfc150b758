import { z } from 'zod';
import { apiVersion } from '../api-version.ts';
import { churnReport, type Immutable } from '../schema.ts';

/** The one definition of what `maintain -o json` prints. docs/maintenance.schema.json is generated from it. */

const bytes = z.int().nonnegative();
const seconds = z.number().nonnegative();

const member = z.strictObject({
  id: z.string().describe('decimal; etcdctl writes it in hexadecimal'),
  name: z.string(),
  isLearner: z.boolean(),
  quotaBytes: bytes.nullable().describe('null where it is unknown'),
  sizeBefore: bytes.describe('its file'),
  sizeAfter: bytes,
  inUseBefore: bytes.describe('retained history counts as in use'),
  inUseAfter: bytes,
  seconds: seconds.describe('of its turn, waiting included'),
  blockedMs: z.int().nonnegative().describe('from the call of its defragmentation until it answered again'),
});

const step = z.strictObject({
  step: z.enum([
    'lock',
    'wait-for-defragmentation',
    'evidence',
    'compact',
    'settle',
    'move-leader',
    'defragment',
    'disarm',
    'verify',
  ]),
  member: z.string().optional(),
  started: z.iso.datetime().nullable().describe('null of a step that was only planned'),
  seconds,
  result: z
    .enum(['planned', 'done', 'skipped', 'refused', 'failed', 'unknown'])
    .describe('unknown: the member has not answered since'),
  why: z.string(),
});

const evidence = z.strictObject({
  report: churnReport.nullable().describe('who filled it; null where none was made'),
  snapshot: z.string().optional().describe('what --backup kept: a file, or an object as s3://BUCKET/KEY'),
  sha256: z.string().optional().describe('of that, as it lies there, in hexadecimal'),
  bytes: bytes.optional(),
  restore: z.array(z.string()).optional().describe('how to restore it, line by line'),
});

const verification = z.strictObject({
  writesAccepted: z.boolean().describe('a probe outside /registry was written and deleted again'),
  readable: z.boolean().describe('every voter served a linearizable read'),
  alarms: z.array(z.string()).describe('armed at the end'),
  watchedSeconds: seconds.describe('how long it was watched whether the alarm comes back'),
  hashes: z
    .enum(['equal', 'different', 'not compared'])
    .describe("of all voters' keys at one revision (--verify-hash)"),
});

export const maintenanceRecord = z
  .strictObject({
    apiVersion: z.literal(apiVersion),
    kind: z.literal('MaintenanceRecord'),
    generatedBy: z.strictObject({ name: z.literal('kubechurn'), version: z.string() }),
    outcome: z
      .enum(['nothing-to-do', 'done', 'partial', 'refused', 'failed', 'planned'])
      .describe('planned: with --dry-run, what a run would do'),
    why: z.string(),
    budget: bytes
      .nullable()
      .describe('bytes of a file above which maintenance is due; null where the quota is unknown'),
    members: z.array(member),
    steps: z.array(step).describe('in the order in which they were done'),
    warnings: z.array(z.string()),
    remaining: z.array(z.string()).describe('what is left for a person to do'),
    evidence,
    verification: verification.nullable().describe('null where it did not come to that'),
  })
  .meta({
    title: 'MaintenanceRecord',
    description: 'What kubechurn maintain saw, planned, did and proved, and who had filled the etcd',
  });

export type MaintenanceRecord = Immutable<z.infer<typeof maintenanceRecord>>;
