import { spawnSync } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import { analyzerFigures } from './analyzer.ts';
import { auditFigures } from './audit.ts';
import { databases } from './databases.ts';
import { clusterFigures } from './cluster.ts';
import { liveFigures, type LiveFigures } from './live.ts';
import { makeCold, makeWarm, measure, median, type Measure } from './measure.ts';
import { liveGoal, performancePage, type Contender } from './page.ts';
import { webhookFigures } from './webhook.ts';

// `npm run bench -- 1` for a quick look; `npm run bench -- 3 analyzer cluster` for some figures alone, which are then only printed.
const [roundsText = '5', ...named] = process.argv.slice(2);
const asked = Number(roundsText);
const alone: Readonly<Record<string, () => Promise<LiveFigures>>> = {
  live: () => liveFigures(databases().churn, asked),
  webhook: () => webhookFigures(asked),
  analyzer: analyzerFigures,
  cluster: () => clusterFigures(asked),
};
if (named.length > 0) {
  for (const name of named) {
    const figures = alone[name];
    if (!figures)
      throw new Error(`no figures are called ${name}: name ${Object.keys(alone).join(', ')}, or none for all`);
    const { goals, notes } = await figures();
    console.log([...goals.map(liveGoal), '', ...notes, ''].join('\n'));
  }
  process.exit();
}

const { churn, keys, count } = databases();
const rounds = { warm: asked, cold: Math.ceil(asked / 2) };

/** Slow ones are measured once when the file is cold: bbolt's mmap takes half a minute there. */
interface Entry {
  readonly name: string;
  readonly command: string;
  readonly slowWhenCold: boolean;
}

function entriesFor(file: string): Entry[] {
  return [
    { name: 'plain read', command: `cat ${file}`, slowWhenCold: false },
    { name: 'Go, bbolt cursor, counts only', command: `${count} ${file}`, slowWhenCold: true },
    { name: 'kubechurn', command: `dist/kubechurn triage --snapshot ${file} -o json --top 20`, slowWhenCold: false },
    { name: 'auger', command: `auger analyze -f ${file}`, slowWhenCold: true },
    { name: 'etcd-dump-db', command: `etcd-dump-db iterate-bucket ${file} key`, slowWhenCold: true },
  ].filter(({ command }) => spawnSync('sh', ['-c', `command -v ${command.split(' ')[0]}`]).status === 0);
}

async function race(file: string, temperature: 'warm' | 'cold', entries: readonly Entry[]): Promise<Contender[]> {
  const runs = entries.map((): Measure[] => []);
  for (let round = 0; round < rounds[temperature]; round++) {
    // Turn by turn, so that a neighbour's noise falls on all of them.
    for (const [i, { name, command, slowWhenCold }] of entries.entries()) {
      if (temperature === 'cold' && slowWhenCold && round > 0) continue;
      if (temperature === 'cold') makeCold(file);
      else if (round === 0 && i === 0) makeWarm(file);
      runs[i]?.push(await measure(command));
      console.error(`bench: ${file} ${temperature} ${name}: ${runs[i]?.at(-1)?.seconds.toFixed(2)} s`);
    }
  }
  return entries.map(({ name, command }, i) => {
    const mine = runs[i] ?? [];
    return {
      name,
      command,
      runs: mine.length,
      seconds: median(mine.map(({ seconds }) => seconds)),
      peak: Math.max(...mine.map(({ peak }) => peak)),
      own: Math.max(...mine.map(({ own }) => own)),
    };
  });
}

const startUp = await race(churn, 'warm', [
  { name: 'start-up', command: 'dist/kubechurn --version', slowWhenCold: false },
]);
const page = performancePage({
  startUp: startUp[0]!,
  churn: {
    sizeBytes: statSync(churn).size,
    warm: await race(churn, 'warm', entriesFor(churn)),
    cold: await race(churn, 'cold', entriesFor(churn)),
  },
  keys: {
    sizeBytes: statSync(keys).size,
    warm: await race(keys, 'warm', entriesFor(keys).slice(0, 3)),
  },
  live: await liveFigures(churn, asked),
  audit: await auditFigures(rounds.warm),
  webhook: await webhookFigures(asked),
  analyzer: await analyzerFigures(),
  cluster: await clusterFigures(asked),
});
writeFileSync('docs/performance.md', page);
console.log(page);
