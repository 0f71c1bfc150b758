import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

interface Check {
  readonly name: string;
  /** Arguments to node. */
  readonly run: readonly string[];
}

const checks: readonly Check[] = [
  { name: 'types', run: ['node_modules/typescript/bin/tsc'] },
  { name: 'lint', run: ['node_modules/oxlint/bin/oxlint'] },
  { name: 'format', run: ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.'] },
  {
    name: 'arrows',
    run: [
      'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs',
      '--config',
      '.dependency-cruiser.mjs',
      'src',
      'test',
      'tools',
      'bench',
    ],
  },
  { name: 'dead code', run: ['node_modules/knip/bin/knip.js', '--no-progress'] },
  { name: 'pages of the patterns', run: ['tools/pattern-docs.ts', '--check'] },
  { name: 'values of the chart', run: ['tools/values-docs.ts', '--check'] },
  { name: 'page of the checks', run: ['tools/check-docs.ts', '--check'] },
  { name: 'schemas of the reports', run: ['tools/report-schema.ts', '--check'] },
];

function run({ name, run: args }: Check): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const began = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const said: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => said.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
  child.on('close', (code) => {
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)`);
    if (code !== 0) console.log(Buffer.concat(said).toString());
    resolve(code === 0);
  });
  return promise;
}

let ok = true;
const waiting = checks.filter(({ run: [program] }) => program !== undefined && existsSync(program));
const lanes = Array.from({ length: 2 }, async () => {
  for (let next = waiting.shift(); next; next = waiting.shift()) ok = (await run(next)) && ok;
});
await Promise.all(lanes);
process.exitCode = ok ? 0 : 1;
