/** Writes docs/*.schema.json from the zod schemas of what commands print. With --check: fails when a file is stale. */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { z } from 'zod';
import { checkReport } from '../src/report/check/schema.ts';
import { maintenanceRecord } from '../src/report/maintenance/schema.ts';
import { churnReport } from '../src/report/schema.ts';

const published = [
  ['report.schema.json', churnReport],
  ['check.schema.json', checkReport],
  ['maintenance.schema.json', maintenanceRecord],
] as const;

for (const [name, definition] of published) {
  const file = fileURLToPath(new URL(`../docs/${name}`, import.meta.url));
  const schema = JSON.stringify(z.toJSONSchema(definition));
  if (process.argv.includes('--check')) {
    const present = await readFile(file, 'utf8').catch(() => 'null');
    if (isDeepStrictEqual(JSON.parse(present), JSON.parse(schema))) continue;
    console.error(`docs/${name} is stale: run node tools/report-schema.ts`);
    process.exitCode = 1;
  } else {
    await writeFile(file, await format(schema, { ...(await resolveConfig(file)), filepath: file, parser: 'json' }));
  }
}
