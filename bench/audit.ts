import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { zstdDecompressSync } from 'node:zlib';
import { gigabytes, type Figures } from './figures.ts';
import { measure, median, type Measure } from './measure.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const directory = '.tools/bench';

/** Reads logs of both levels, turn by turn, from the page cache. */
export async function auditFigures(rounds: number): Promise<Figures> {
  const logs = [
    { name: 'level Metadata', file: make('audit-metadata', 70, (line) => line) },
    { name: 'level RequestResponse', file: make('audit-full', 8, withObject) },
  ];
  const runs = logs.map((): Measure[] => []);
  const commandFor = (file: string): string => `dist/kubechurn triage --audit-log ${file} -o json`;
  for (let round = 0; round < rounds; round++) {
    for (const [i, { name, file }] of logs.entries()) {
      runs[i]!.push(await measure(commandFor(file)));
      console.error(`bench: audit log, ${name}: ${runs[i]!.at(-1)!.seconds.toFixed(2)} s`);
    }
  }
  const measured = logs.map(({ name, file }, i) => {
    const seconds = median(runs[i]!.map((run) => run.seconds));
    const { size } = statSync(`${root}${file}`);
    const peak = Math.max(...runs[i]!.map((run) => run.peak));
    return { name, command: commandFor(file), size, seconds, peak, speed: size / 1e6 / seconds };
  });
  return {
    goals: measured.map(({ name, speed }) => ({
      ...{ what: `audit log, ${name}`, allowed: 100, measured: speed, unit: 'MB/s', atLeast: true },
    })),
    notes: [
      '| | size | median | MB/s | peak MB | runs | command |',
      '|---|---|---|---|---|---|---|',
      ...measured.map(
        ({ name, size, seconds, speed, peak, command }) =>
          `| ${name} | ${gigabytes(size)} GB | ${seconds.toFixed(2)} s | ${speed.toFixed(0)} | ${peak.toFixed(0)} | ${rounds} | \`${command}\` |`,
      ),
    ],
  };
}

/** The recorded log over and over, each time a few minutes later and in other namespaces. Written once. */
function make(name: string, copies: number, each: (line: string) => string): string {
  const path = `${directory}/${name}.log`;
  if (existsSync(`${root}${path}`)) return path;
  console.error(`bench: writing ${path}`);
  mkdirSync(`${root}${directory}`, { recursive: true });
  const recorded = zstdDecompressSync(readFileSync(`${root}test/recordings/kyverno-calm/audit.log.zst`)).toString();
  const lines = recorded.trimEnd().split('\n').map(each);
  const part = openSync(`${root}${path}.part`, 'w');
  for (let copy = 0; copy < copies; copy++) {
    const hour = `T${String(copy % 24).padStart(2, '0')}:`;
    for (const line of lines)
      writeSync(
        part,
        `${line.replaceAll(/(Timestamp":"[\d-]+)T\d\d:/g, `$1${hour}`).replace('"namespace":"', `"namespace":"c${copy}-`)}\n`,
      );
  }
  closeSync(part);
  renameSync(`${root}${path}.part`, `${root}${path}`);
  return path;
}

/** What the API server adds at level RequestResponse: the object as it was sent back, some 6 kB of it. */
function withObject(line: string, index = line.length): string {
  if (!/"verb":"(create|update|patch)"/.test(line)) return line;
  const metadata = { name: `object-${index}`, uid: 'c0ffee', resourceVersion: String(1000 + index) };
  const containers = Array.from({ length: 40 }, (_, i) => ({
    ...{ name: `container-${i}`, image: `registry.example.com/team/app-${i}:1.2.3`, imagePullPolicy: 'IfNotPresent' },
    env: [{ name: 'LEVEL', value: 'info' }],
  }));
  const object = JSON.stringify({ kind: 'Pod', apiVersion: 'v1', metadata, spec: { containers } });
  return line.replace('"requestReceivedTimestamp"', `"responseObject":${object},"requestReceivedTimestamp"`);
}
