import { spawn } from 'node:child_process';
import { rmSync, statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { startEtcd } from '../test/etcd/harness/start-etcd.ts';
import { requiredTool } from '../test/etcd/harness/tool.ts';
import { benchEtcd, fillWithKeys, type BenchEtcd } from './live-etcd.ts';
import { databases } from './databases.ts';
import { together, type Figures } from './figures.ts';
import { measure, median } from './measure.ts';

const directory = '.tools/bench';
const censusKeys = 400_000;

/** Everything about a live etcd: against `etcdctl snapshot save` on the same member, turn by turn. */
export async function liveFigures(rounds: number): Promise<Figures> {
  return together([
    await reportFigures(databases().churn, rounds),
    await censusFigures(rounds),
    await watchFigures(rounds),
  ]);
}

async function reportFigures(churn: string, rounds: number): Promise<Figures> {
  const data = `${directory}/live.etcd`;
  const etcd = await benchEtcd(data, churn);
  const saved = `${directory}/live.snapshot`;
  const save = `${requiredTool('etcdctl')} --endpoints ${etcd.endpoint} snapshot save ${saved}`;
  const triage = `dist/kubechurn triage --etcd ${etcd.endpoint} -o json`;
  const seconds = { save: [] as number[], triage: [] as number[] };
  const puts = { save: [] as number[], triage: [] as number[] };
  try {
    for (let round = 0; round < rounds; round++) {
      for (const [what, command] of [
        ['save', save],
        ['triage', triage],
      ] as const) {
        rmSync(saved, { force: true });
        seconds[what].push((await measure(command)).seconds);
        rmSync(saved, { force: true });
        const took = await whileWriting(etcd, () => measure(command));
        puts[what].push(...took);
        console.error(
          `bench: live ${what}: ${seconds[what].at(-1)?.toFixed(2)} s, writers' p99 ${p99(took).toFixed(1)} ms`,
        );
      }
    }
  } finally {
    await etcd.stop();
    rmSync(saved, { force: true });
    // The writers' puts are in it.
    rmSync(data, { recursive: true, force: true });
  }
  const size = statSync(churn).size / 1e9;
  return {
    goals: [
      {
        what: 'live member to full report, against `etcdctl snapshot save`',
        allowed: 1.3,
        measured: median(seconds.triage) / median(seconds.save),
        unit: 'times',
      },
      {
        what: "writers' p99 meanwhile, against that under `etcdctl snapshot save`",
        allowed: 1.2,
        measured: p99(puts.triage) / p99(puts.save),
        unit: 'times',
      },
    ],
    notes: [
      `A member with the ${size.toFixed(2)} GB of the first table: \`etcdctl snapshot save\` ${median(seconds.save).toFixed(1)} s, \`kubechurn triage --etcd\` ${median(seconds.triage).toFixed(1)} s (medians of ${rounds}).`,
      `Eight writers of ${writesPerSecond} puts a second together, from the start to the end of each: p99 of all of them ${p99(puts.save).toFixed(0)} ms and ${p99(puts.triage).toFixed(0)} ms.`,
    ],
  };
}

const writesPerSecond = 200;

/** The milliseconds that each put takes while something else runs. Sent at fixed times, however long others take. */
async function whileWriting({ client }: BenchEtcd, run: () => Promise<unknown>): Promise<number[]> {
  const took: number[] = [];
  const value = Buffer.alloc(1_000, 'x');
  const ending = new AbortController();
  const writer = async (lane: number): Promise<void> => {
    const every = (8 / writesPerSecond) * 1_000;
    for (let due = performance.now() + (lane * every) / 8; !ending.signal.aborted; due += every) {
      await pause(Math.max(0, due - performance.now()));
      await client.put(`/registry/configmaps/bench/writer-${lane}`, value);
      took.push(performance.now() - due);
    }
  };
  const writers = Promise.all(Array.from({ length: 8 }, (_, lane) => writer(lane)));
  await run();
  ending.abort();
  await writers;
  return took;
}

/** Of the puts of all rounds together: one stall of the disk decides the 99th percentile of a single round. */
function p99(took: readonly number[]): number {
  return took.toSorted((a, b) => a - b)[Math.floor(took.length * 0.99)] ?? 0;
}

async function censusFigures(rounds: number): Promise<Figures> {
  const etcd = await startEtcd({ quotaBytes: 8 * 2 ** 30 });
  try {
    await fillWithKeys(etcd.client, censusKeys);
    const seconds: number[] = [];
    for (let round = 0; round < rounds; round++) seconds.push(await untilProvisional(etcd.endpoint));
    console.error(`bench: census: ${seconds.map((each) => each.toFixed(2)).join(', ')} s`);
    return {
      goals: [
        {
          what: `census answer on ${censusKeys.toLocaleString('en')} keys`,
          allowed: 5,
          measured: median(seconds),
          unit: 's',
        },
      ],
      notes: ['The census is timed from the start of the process to its answer on stderr.'],
    };
  } finally {
    await etcd.stop();
  }
}

function untilProvisional(endpoint: string): Promise<number> {
  const began = performance.now();
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const child = spawn('dist/kubechurn', ['triage', '--etcd', endpoint, '-o', 'json'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (!said.includes('Provisional')) return;
    resolve((performance.now() - began) / 1_000);
    child.kill();
  });
  child.on('close', () => reject(new Error(`triage gave no provisional answer: ${said}`)));
  return promise;
}

interface WatchCost {
  readonly events: number;
  readonly perSecond: number;
  readonly microseconds: number;
  readonly gap: number;
  readonly behind: number;
}

async function watchFigures(rounds: number): Promise<Figures> {
  // In memory and without syncing: what is measured is the watch, which should have as much as possible to see.
  const etcd = await startEtcd({ quotaBytes: 8 * 2 ** 30 });
  try {
    const singles: WatchCost[] = [];
    for (let round = 0; round < rounds; round++) singles.push(await watchCost(etcd, 1));
    const fast = await watchCost(etcd, 16);
    console.error(`bench: watch: ${JSON.stringify({ singles, fast })}`);
    return {
      goals: [
        {
          what: 'live watch: CPU of an event, one in each message',
          allowed: 10,
          measured: median(singles.map(({ microseconds }) => microseconds)),
          unit: 'us',
        },
        {
          what: 'live watch: events a second without falling behind',
          allowed: 10_000,
          measured: fast.gap === 0 ? fast.perSecond : 0,
          unit: 'events/s',
          atLeast: true,
        },
      ],
      notes: [
        `Single puts came at ${median(singles.map(({ perSecond }) => perSecond)).toFixed(0)} events a second (medians of ${rounds}), transactions of 16 at ${fast.perSecond.toFixed(0)} (${fast.microseconds.toFixed(1)} us each); ${fast.gap} revisions were passed over, and it was ${fast.behind} behind the head at the end.`,
      ],
    };
  } finally {
    await etcd.stop();
  }
}

/** What watching costs while somebody writes as fast as this machine can. */
async function watchCost(
  { endpoint, client }: Pick<BenchEtcd, 'endpoint' | 'client'>,
  changesEach: number,
): Promise<WatchCost> {
  const child = spawn(process.execPath, ['bench/live-watch.ts', endpoint, '5'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ending = new AbortController();
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  child.on('close', () => {
    ending.abort();
    resolve();
  });
  const value = Buffer.alloc(500, 'x');
  let next = 0;
  const lane = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      const puts = Array.from({ length: changesEach }, () => ({
        put: `/registry/pods/ns/pod-${next++ % 5_000}`,
        value,
      }));
      const [only] = puts;
      await (puts.length === 1 && only ? client.put(only.put, value) : client.txn(puts));
    }
  };
  await Promise.all(Array.from({ length: 64 }, lane));
  await ended;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- printed by bench/live-watch.ts
  return JSON.parse(said) as WatchCost;
}
