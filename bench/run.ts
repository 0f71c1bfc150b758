import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { analyzerFigures } from './analyzer.ts';
import { auditFigures } from './audit.ts';
import { clusterFigures } from './cluster.ts';
import { fileFigures } from './files.ts';
import type { Figures } from './figures.ts';
import { liveFigures } from './live.ts';
import { maintenanceFigures } from './maintenance.ts';
import { performancePage } from './page.ts';
import { webhookFigures } from './webhook.ts';

// `make bench`, or `npm run bench -- 1` for a quick look; `npm run bench -- 3 analyzer cluster` measures those alone and
// leaves the other sections of docs/performance.md as they were measured before.
const [roundsText = '5', ...named] = process.argv.slice(2);
const rounds = Number(roundsText);

const sections: Readonly<Record<string, { readonly heading: string; readonly measure: () => Promise<Figures> }>> = {
  files: { heading: 'Database files', measure: () => fileFigures(rounds) },
  live: { heading: 'A live etcd', measure: () => liveFigures(rounds) },
  maintenance: { heading: 'Maintenance', measure: () => maintenanceFigures(Math.ceil(rounds / 2)) },
  audit: { heading: 'Audit logs', measure: () => auditFigures(rounds) },
  webhook: { heading: 'The webhook', measure: () => webhookFigures(rounds) },
  analyzer: { heading: 'The analyzer', measure: analyzerFigures },
  cluster: { heading: 'A cluster with both', measure: () => clusterFigures(rounds) },
};

const unknown = named.find((name) => !(name in sections));
if (unknown !== undefined || !(rounds > 0)) {
  console.error(`usage: npm run bench -- [ROUNDS [${Object.keys(sections).join(' ')}]...]`);
  process.exit(2);
}

const store = 'bench/figures.json';
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what this very program wrote
const figures = (existsSync(store) ? JSON.parse(readFileSync(store, 'utf8')) : {}) as Record<string, Figures>;
for (const [name, { measure }] of Object.entries(sections)) {
  if (named.length > 0 && !named.includes(name)) continue;
  figures[name] = await measure();
  writeFileSync(store, `${JSON.stringify(figures, undefined, 2)}\n`);
}
const page = performancePage(
  Object.entries(sections).flatMap(([name, { heading }]) => {
    const measured = figures[name];
    return measured ? [{ heading, ...measured }] : [];
  }),
);
writeFileSync('docs/performance.md', page);
console.log(page);
