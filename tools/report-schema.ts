/** Writes docs/report.schema.json from the zod schema of the report. With --check: fails when the file is stale. */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { z } from 'zod';
import { churnReport } from '../src/report/schema.ts';

const file = fileURLToPath(new URL('../docs/report.schema.json', import.meta.url));
const schema = JSON.stringify(z.toJSONSchema(churnReport));

if (process.argv.includes('--check')) {
  const published = await readFile(file, 'utf8').catch(() => 'null');
  if (!isDeepStrictEqual(JSON.parse(published), JSON.parse(schema))) {
    console.error('docs/report.schema.json is stale: run node tools/report-schema.ts');
    process.exitCode = 1;
  }
} else {
  await writeFile(file, await format(schema, { ...(await resolveConfig(file)), filepath: file, parser: 'json' }));
}
