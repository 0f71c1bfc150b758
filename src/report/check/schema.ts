import { z } from 'zod';
import { apiVersion } from '../api-version.ts';
import type { Immutable } from '../schema.ts';

/** The one definition of what `check -o json` prints. docs/check.schema.json is generated from it (tools/report-schema.ts). */

const check = z.strictObject({
  category: z.string().describe('those of a category stand together'),
  name: z.string().describe('stable; docs/check.md explains it'),
  result: z.enum(['ok', 'warning', 'failed', 'skipped']).describe('skipped: nothing could be said, why tells'),
  why: z.string().describe('what was seen'),
  hint: z.string().describe('what to do, with the exact lines to set; "" where there is nothing to do'),
});

export const checkReport = z
  .strictObject({
    apiVersion: z.literal(apiVersion),
    kind: z.literal('CheckReport'),
    generatedBy: z.strictObject({ name: z.literal('kubechurn'), version: z.string() }),
    target: z.string().describe('as --target names it, or endpoints; cluster and its URL; both with a comma between'),
    result: z.enum(['ok', 'warning', 'failed']).describe('the worst of them; the exit code is 1 where it is failed'),
    checks: z.array(check),
  })
  .meta({
    title: 'CheckReport',
    description:
      'What is wrong with an etcd, or with a cluster and what of kubechurn runs in it, with the exact setting to change',
  });

export type CheckReport = Immutable<z.infer<typeof checkReport>>;
