/** Writes docs/patterns/ from the catalogue: a page for each pattern, and an index. With --check: fails when a page is stale. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { catalogue } from '../src/patterns/catalogue.ts';
import type { Need, Pattern } from '../src/patterns/define-pattern.ts';

const folder = fileURLToPath(new URL('../docs/patterns/', import.meta.url));
const generated = '<!-- Written by tools/pattern-docs.ts from src/patterns/catalogue: change that. -->';

const needs: Readonly<Record<Need, string>> = {
  history: 'the values of successive revisions',
  time: 'the time of revisions, as stored objects state it',
  requests: 'an audit log (--audit-log) or admission requests',
};

const subjects = [
  ['object', 'an object'],
  ['owner', 'an owner'],
  ['prefix', 'a prefix'],
  ['writer', 'a reporter of Events'],
  ['asked', 'an object that was asked for, stored or not'],
] as const;

function page(pattern: Pattern): string {
  const { id, title, explanation, notThis, thresholds, references, refines = [] } = pattern;
  const remedy = pattern.remedy(pattern.example);
  const rules = subjects.flatMap(([type, name]) => {
    const rule = pattern.rules[type];
    if (!rule) return [];
    const from = rule.needs.map((need) => needs[need]).join(' and ');
    return `- ${name}${from === '' ? '' : `, from ${from}`}`;
  });
  return [
    generated,
    `# ${id}`,
    title,
    explanation,
    '## What it names',
    rules.join('\n'),
    ...(refines.length === 0 ? [] : [`On the same subject it replaces ${refines.map(link).join(', ')}.`]),
    ...(pattern.symptom
      ? ['Where another finding caused it, it is counted there instead of being named as well.']
      : []),
    '## What it is not',
    notThis.map((sentence) => `- ${sentence}`).join('\n'),
    '## Thresholds',
    ['| Name | Default | Meaning |', '| --- | --- | --- |', ...thresholdRows(thresholds)].join('\n'),
    '## What to do',
    `For example, for ${pattern.example.kind} \`${pattern.example.subject.name}\`: ${remedy.summary}.`,
    remedy.steps.map(step).join('\n'),
    '## References',
    [...new Set([...references, ...remedy.docs])].map((address) => `- <${address}>`).join('\n'),
  ].join('\n\n');
}

function thresholdRows(thresholds: Pattern['thresholds']): string[] {
  return Object.entries(thresholds).map(
    ([name, threshold]) => `| \`${name}\` | ${threshold.default} | ${threshold.doc} |`,
  );
}

/** Lines after the first are a file to copy. */
function step(text: string): string {
  const [first = '', ...file] = text.split('\n');
  return file.length === 0
    ? `1. ${first}`
    : [`1. ${first}`, '', '   ```yaml', ...file.map((line) => `   ${line}`), '   ```'].join('\n');
}

const link = (id: string): string => `[${id}](${id}.md)`;

function index(): string {
  const rows = catalogue.map(({ id, title }) => `| ${link(id)} | ${title} |`);
  return [
    generated,
    '# Patterns',
    'What kubechurn recognises, each from what etcd stores.',
    ['| Pattern | What happens |', '| --- | --- |', ...rows].join('\n'),
  ].join('\n\n');
}

async function pages(): Promise<Map<string, string>> {
  const texts = [
    ['README.md', index()] as const,
    ...catalogue.map((pattern) => [`${pattern.id}.md`, page(pattern)] as const),
  ];
  const formatted = texts.map(async ([name, text]) => {
    const file = join(folder, name);
    return [name, await format(text, { ...(await resolveConfig(file)), filepath: file, parser: 'markdown' })] as const;
  });
  return new Map(await Promise.all(formatted));
}

async function stale(wanted: ReadonlyMap<string, string>): Promise<string[]> {
  const present = await readdir(folder).catch((): string[] => []);
  const extra = present.filter((name) => !wanted.has(name));
  const texts = await Promise.all(
    [...wanted].map(async ([name, text]) =>
      (await readFile(join(folder, name), 'utf8').catch(() => '')) === text ? [] : [name],
    ),
  );
  return [...extra, ...texts.flat()].sort();
}

const wanted = await pages();
const outdated = await stale(wanted);
if (process.argv.includes('--check')) {
  if (outdated.length > 0) {
    console.error(`docs/patterns: ${outdated.join(', ')} stale: run node tools/pattern-docs.ts`);
    process.exitCode = 1;
  }
} else {
  await mkdir(folder, { recursive: true });
  for (const name of outdated) {
    const text = wanted.get(name);
    await (text === undefined ? rm(join(folder, name)) : writeFile(join(folder, name), text));
  }
}
