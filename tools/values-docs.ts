/** Writes what comes from the chart's table of values. With --check: fails when a file is stale. */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import type { Json } from '../src/model/json.ts';
import { schemaOf } from './chart/schema.ts';
import { targetValues } from './chart/target-values.ts';
import type { Value } from './chart/value.ts';
import { values } from './chart/values.ts';
import { valuesYaml } from './chart/values-yaml.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = 'tools/values-docs.ts from tools/chart';

const cell = (text: string): string => text.replaceAll('|', '\\|');

function row({ path, default: ours, programDefault, doc }: Value): string {
  const given = ours ?? programDefault;
  const shown = given === undefined || given === '' ? '' : `\`${JSON.stringify(given).replaceAll('"', '')}\``;
  return `| \`${path}\` | ${cell(shown)} | ${cell(doc)} |`;
}

const table = (rows: readonly Value[]): string =>
  ['| Value | Default | Meaning |', '| --- | --- | --- |', ...rows.map(row)].join('\n');

const tables = [
  '## Values',
  "What is not in this table is refused. Defaults of flags are the program's own.",
  table(values),
  '## Targets of maintenance',
  'Each entry of `maintenance.targets` is one etcd. Only `name` is always needed.',
  table(targetValues),
].join('\n\n');

const page = [
  `<!-- Written by ${source}: change that. -->`,
  '# Values of the chart',
  'How to install: [chart/README.md](../chart/README.md). Files for each mode, which the tests render and show to a real API server: `chart/ci/`.',
  tables,
].join('\n\n');

const readme = [
  `<!-- Written by ${source}, the text from tools/chart/readme.md: change those. -->`,
  (await readFile(`${root}tools/chart/readme.md`, 'utf8')).trim(),
  tables,
].join('\n\n');

const defaults = targetValues.flatMap(({ path, default: given }): [string, Json][] =>
  given === undefined ? [] : [[path, given]],
);
const markdown = async (text: string): Promise<string> =>
  format(text, { ...(await resolveConfig(`${root}docs/values.md`)), parser: 'markdown' });
const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;

const files = new Map([
  ['docs/values.md', await markdown(page)],
  ['chart/README.md', await markdown(readme)],
  ['chart/values.yaml', valuesYaml(values, `Written by ${source}: change that.`)],
  ['chart/values.schema.json', json({ $schema: 'http://json-schema.org/draft-07/schema#', ...schemaOf(values) })],
  // YAML takes JSON; the templates fill in what a target does not say.
  ['chart/files/target-defaults.yaml', json(Object.fromEntries<Json>(defaults))],
]);

for (const [name, wanted] of files) {
  if (!process.argv.includes('--check')) await writeFile(root + name, wanted);
  else if ((await readFile(root + name, 'utf8').catch(() => '')) !== wanted) {
    console.error(`${name} is stale: run node tools/values-docs.ts`);
    process.exitCode = 1;
  }
}
