import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { databases } from './databases.ts';
import { gigabytes, type Figures } from './figures.ts';
import { makeCold, makeWarm, measure, median, type Measure } from './measure.ts';

interface Entry {
  readonly name: string;
  readonly command: string;
  /** Measured once when the file is cold: bbolt's mmap takes half a minute there. */
  readonly slowWhenCold: boolean;
}

/** One program's medians over one database. Memory in MB, time in seconds. */
interface Contender extends Entry {
  readonly runs: number;
  readonly seconds: number;
  readonly peak: number;
  readonly own: number;
}

/** Database files: ours beside a plain read, a Go program that only counts, and peers. */
export async function fileFigures(asked: number): Promise<Figures> {
  const { churn, keys, count } = databases();
  const rounds = { warm: asked, cold: Math.ceil(asked / 2) };
  const start = { name: 'start-up', command: 'dist/kubechurn --version', slowWhenCold: false };
  const [startUp] = await race(churn, 'warm', [start], rounds.warm);
  const warm = await race(churn, 'warm', entriesFor(churn, count), rounds.warm);
  const cold = await race(churn, 'cold', entriesFor(churn, count), rounds.cold);
  const many = await race(keys, 'warm', entriesFor(keys, count).slice(0, 3), rounds.warm);
  const [, go, ours] = warm;
  const [plain, , oursCold] = cold;
  if (!startUp || !go || !ours || !plain || !oursCold || !many[2]) throw new Error('a contender is missing');
  const times = 'times';
  return {
    goals: [
      { what: 'warm: time, against the Go program', allowed: 1.5, measured: ours.seconds / go.seconds, unit: times },
      {
        what: 'cold: time, against a plain read',
        allowed: 1.5,
        measured: oursCold.seconds / plain.seconds,
        unit: times,
      },
      { what: 'peak resident memory', allowed: 350, measured: Math.max(ours.peak, oursCold.peak), unit: 'MB' },
      { what: 'peak resident memory, 5,000,000 keys', allowed: 700, measured: many[2].peak, unit: 'MB' },
    ],
    notes: [
      `Start-up (\`${startUp.command}\`): ${(startUp.seconds * 1000).toFixed(0)} ms.`,
      ...[
        '',
        `### 1,000,000 revisions of 264,000 keys, 30,000 of them alive (${gigabytes(statSync(churn).size)} GB)`,
        '',
      ],
      ...['In the page cache:', '', ...table(warm), ''],
      ...['Not in the page cache (dropped before each run):', '', ...table(cold), ''],
      ...[`### 5,000,000 distinct keys (${gigabytes(statSync(keys).size)} GB), in the page cache`, '', ...table(many)],
    ],
  };
}

function entriesFor(file: string, count: string): Entry[] {
  return [
    { name: 'plain read', command: `cat ${file}`, slowWhenCold: false },
    { name: 'Go, bbolt cursor, counts only', command: `${count} ${file}`, slowWhenCold: true },
    { name: 'kubechurn', command: `dist/kubechurn triage --snapshot ${file} -o json --top 20`, slowWhenCold: false },
    { name: 'auger', command: `auger analyze -f ${file}`, slowWhenCold: true },
    { name: 'etcd-dump-db', command: `etcd-dump-db iterate-bucket ${file} key`, slowWhenCold: true },
  ].filter(({ command }) => spawnSync('sh', ['-c', `command -v ${command.split(' ')[0]}`]).status === 0);
}

async function race(
  file: string,
  temperature: 'warm' | 'cold',
  entries: readonly Entry[],
  rounds: number,
): Promise<Contender[]> {
  const runs = entries.map((): Measure[] => []);
  for (let round = 0; round < rounds; round++) {
    // Turn by turn, so that a neighbour's noise falls on all of them.
    for (const [i, { name, command, slowWhenCold }] of entries.entries()) {
      if (temperature === 'cold' && slowWhenCold && round > 0) continue;
      if (temperature === 'cold') makeCold(file);
      else if (round === 0 && i === 0) makeWarm(file);
      runs[i]?.push(await measure(command));
      console.error(`bench: ${file} ${temperature} ${name}: ${runs[i]?.at(-1)?.seconds.toFixed(2)} s`);
    }
  }
  return entries.map((entry, i) => {
    const mine = runs[i] ?? [];
    return {
      ...entry,
      runs: mine.length,
      seconds: median(mine.map(({ seconds }) => seconds)),
      peak: Math.max(...mine.map(({ peak }) => peak)),
      own: Math.max(...mine.map(({ own }) => own)),
    };
  });
}

function table(contenders: readonly Contender[]): string[] {
  const rows = contenders.map(
    ({ name, command, runs, seconds, peak, own }) =>
      `| ${name} | ${seconds.toFixed(2)} s | ${peak.toFixed(0)} | ${own.toFixed(0)} | ${runs} | \`${command}\` |`,
  );
  return ['| | median | peak MB | without mapped | runs | command |', '|---|---|---|---|---|---|', ...rows];
}
