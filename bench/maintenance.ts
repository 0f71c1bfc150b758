import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { maintenanceRecord, type MaintenanceRecord } from '../src/report/maintenance/schema.ts';
import { connect, type EtcdClient } from '../test/etcd/harness/client.ts';
import { startEtcd, type Etcd } from '../test/etcd/harness/start-etcd.ts';
import { requiredTool } from '../test/etcd/harness/tool.ts';
import type { Figures } from './figures.ts';
import { median, touchMemory } from './measure.ts';
import { output } from './output.ts';

const quotaBytes = 256 * 2 ** 20;
const members = 3;
const settleSeconds = 0.2;
const writesPerSecond = 50;

interface Run {
  /** Until writes were accepted again; where they always were, until the program had ended. */
  readonly wall: number;
  /** Of the wall, what is reported apart. */
  readonly apart: number;
  readonly evidence: number;
  readonly failed: number;
  /** Seconds. */
  readonly longest: number;
  /** MiB of each member afterwards. */
  readonly sizes: readonly number[];
}

interface Contender {
  readonly name: string;
  run(etcd: Etcd): Promise<Pick<Run, 'apart' | 'evidence'>>;
}

const kubechurn: Contender = {
  name: 'kubechurn maintain',
  async run({ endpoint }) {
    // Everything older goes, as it does in the recipe; the watch for the alarm would only be waited out.
    const args = ['--keep', '0', '--rearm-watch', '0s', '--settle', `${settleSeconds * 1000}ms`, '--budget', '75%'];
    const said = await output('dist/kubechurn', ['maintain', '--etcd', endpoint, ...args, '-o', 'json']);
    const record = maintenanceRecord.parse(JSON.parse(said));
    if (record.outcome !== 'done') throw new Error(`maintain ended ${record.outcome}: ${record.why}`);
    const evidence = secondsOf(record, 'evidence');
    const pauses = (members - 1) * settleSeconds;
    return { evidence, apart: evidence + secondsOf(record, 'settle') + pauses };
  },
};

const recipe: Contender = {
  name: 'etcdctl',
  async run({ endpoint, endpoints, client }) {
    const { revision } = await client.status();
    await etcdctl(endpoint, 'compaction', '--physical', String(revision));
    for (const each of endpoints) await etcdctl(each, 'defrag');
    await etcdctl(endpoint, 'alarm', 'disarm');
    return { apart: 0, evidence: 0 };
  },
};

const etcdDefrag: Contender = {
  name: 'etcd-defrag',
  async run({ endpoints }) {
    await output('etcd-defrag', [`--endpoints=${endpoints.join()}`, '--move-leader', '--auto-disalarm']);
    return { apart: 0, evidence: 0 };
  },
};

/** Three members of 256 MiB, full and nearly so, got back by each program in turn; each time a cluster of its own. */
export async function maintenanceFigures(rounds: number): Promise<Figures> {
  const others = spawnSync('sh', ['-c', 'command -v etcd-defrag']).status === 0 ? [recipe, etcdDefrag] : [recipe];
  const contenders = [kubechurn, ...others];
  const full = contenders.map((): Run[] => []);
  const busy = contenders.map((): Run[] => []);
  const saves: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const inOrder = [...contenders.entries()];
    // The machine slows down and speeds up again: nobody is always first.
    for (const [i, contender] of round % 2 === 0 ? inOrder : inOrder.toReversed()) {
      full[i]?.push(await onCluster(Infinity, contender, contender === kubechurn ? saves : undefined));
      busy[i]?.push(await onCluster(0.82 * quotaBytes, contender));
      console.error(`bench: ${contender.name}: ${JSON.stringify({ full: full[i]?.at(-1), busy: busy[i]?.at(-1) })}`);
    }
  }
  const moved = await leaderMoves(40);
  const [ourFull = [], theirFull = []] = full;
  const [ourBusy = [], ...theirBusy] = busy;
  const until = (runs: readonly Run[]): number => median(runs.map(({ wall, apart }) => wall - apart));
  const evidence = median(ourFull.map((run) => run.evidence));
  const largest = (runs: readonly Run[]): number => Math.max(...runs.flatMap(({ sizes }) => sizes));
  return {
    goals: [
      {
        what: 'maintenance of a full etcd until writes are accepted and every member is small, against etcdctl',
        allowed: 1.25,
        measured: until(ourFull) / until(theirFull),
        unit: 'times',
      },
      {
        what: 'evidence, against `etcdctl snapshot save`',
        allowed: 1.3,
        measured: evidence / median(saves),
        unit: 'times',
      },
      {
        what: `failed writes of ${writesPerSecond} a second meanwhile, at 80 % of the quota (allowed: as many as under the best of the others)`,
        allowed: Math.min(...theirBusy.map((runs) => median(runs.map(({ failed }) => failed)))),
        measured: median(ourBusy.map(({ failed }) => failed)),
        unit: 'writes',
      },
      {
        what: 'longest of those writes, against the best of the others',
        allowed: 1,
        measured: median(ourBusy.map(longest)) / Math.min(...theirBusy.map((runs) => median(runs.map(longest)))),
        unit: 'times',
      },
      {
        what: 'largest member afterwards, against what one without history has',
        allowed: 1.1,
        measured: largest([...ourFull, ...ourBusy]) / Math.min(...full.flat().flatMap(({ sizes }) => sizes)),
        unit: 'times',
      },
    ],
    notes: [
      `Three members in memory with a quota of 256 MiB, ${liveMebibytes} MiB of it alive; medians of ${rounds}. Under NOSPACE, until a write is accepted, and at 82 % of the quota with a writer of ${writesPerSecond} puts a second through all members. \`etcdctl\`: \`compaction --physical\`, \`defrag\` of each member, \`alarm disarm\`. Apart: evidence (${seconds(evidence)}; \`snapshot save\` ${seconds(median(saves))}), settling and the pauses of ${settleSeconds} s between members. Before each run 3 GiB of memory are taken and given back: the host of a virtual machine takes another second to lend what was free, which would decide each stall.`,
      '',
      '| | NOSPACE: until done | apart | MiB after | 80 %: until done | longest write | failed | MiB after |',
      '|---|---|---|---|---|---|---|---|',
      ...contenders.map(({ name }, i) => row(name, full[i] ?? [], busy[i] ?? [])),
      '',
      `What moving the leader costs, by \`etcdctl move-leader\`: of ${moved.writes} puts, ${moved.perSecond} a second through all members, ${moved.failed} failed in ${moved.moves} moves, the longest after ${seconds(moved.longest)}: ${(((moved.failed / moved.moves) * writesPerSecond) / moved.perSecond).toFixed(2)} for each move at ${writesPerSecond} a second. raft drops what reaches a leader that hands over.`,
    ],
  };
}

function row(name: string, full: readonly Run[], busy: readonly Run[]): string {
  const net = (runs: readonly Run[]): string => seconds(median(runs.map(({ wall, apart }) => wall - apart)));
  const sizes = (runs: readonly Run[]): string => {
    const all = runs.flatMap((run) => run.sizes);
    return `${Math.min(...all).toFixed(0)}-${Math.max(...all).toFixed(0)}`;
  };
  const cells = [
    ...[net(full), seconds(median(full.map(({ apart }) => apart))), sizes(full)],
    ...[net(busy), seconds(median(busy.map(longest))), median(busy.map(({ failed }) => failed)), sizes(busy)],
  ];
  return `| ${name} | ${cells.join(' | ')} |`;
}

const seconds = (value: number): string => `${value.toFixed(2)} s`;
const longest = (run: Run): number => run.longest;

function secondsOf({ steps }: MaintenanceRecord, name: string): number {
  return steps.filter(({ step }) => step === name).reduce((sum, each) => sum + each.seconds, 0);
}

const valueBytes = 32 * 1024;
const liveMebibytes = 110;
const liveKeys = (liveMebibytes * 2 ** 20) / valueBytes;

/** Objects as many controllers keep them, each rewritten in turn, until the file has so many bytes or etcd refuses. */
async function fillWithHistory(client: EtcdClient, fileBytes: number): Promise<void> {
  const value = randomBytes(valueBytes);
  let next = 0;
  let enough = false;
  const lane = async (): Promise<void> => {
    while (!enough) {
      const n = next++;
      try {
        await client.put(`/registry/configmaps/team-${n % 20}/settings-${n % liveKeys}`, value);
      } catch (error) {
        if (!String(error).includes('database space exceeded')) throw error;
        enough = true;
      }
      if (n % 200 === 0 && (await client.status()).sizeBytes >= fileBytes) enough = true;
    }
  };
  await Promise.all(Array.from({ length: 8 }, lane));
}

/** One run on a cluster filled anew. With `saves` the snapshot is taken by etcdctl first, for comparison. */
async function onCluster(fillBytes: number, { run }: Contender, saves?: number[]): Promise<Run> {
  const etcd = await startEtcd({ members, quotaBytes, extraArgs: ['--snapshot-count=1000000'] });
  try {
    await fillWithHistory(etcd.client, fillBytes);
    touchMemory(3); // more than the members take in a run
    const isFull = fillBytes === Infinity;
    // Refused meanwhile, each time through raft (quotaAlarmer.check): a burden that the snapshot and what follows share.
    const accepted = isFull ? firstAccepted(etcd.client) : undefined;
    if (saves) saves.push(await snapshotSeconds(etcd));
    const writer = isFull ? undefined : startSteadyWriter(etcd.endpoints);
    const began = performance.now();
    const { apart, evidence } = await run(etcd);
    const wall = (((await accepted) ?? performance.now()) - began) / 1000;
    const { failed = 0, longest: stall = 0 } = (await writer?.stop()) ?? {};
    await etcd.client.put('/registry/configmaps/bench/after', 'x'); // it is back, or this throws
    const sizes = await Promise.all(etcd.endpoints.map(sizeAt));
    return { wall, apart, evidence, failed, longest: stall, sizes };
  } finally {
    await etcd.stop();
  }
}

/** When etcd took a write again: disarming is the last that a program does for it. */
async function firstAccepted(client: EtcdClient): Promise<number> {
  const probe = (): Promise<boolean> =>
    client.put('/registry/configmaps/bench/probe', 'x').then(
      () => true,
      () => false,
    );
  // One that a moving leader drops is silent for 7 s.
  while (!(await Promise.race([probe(), pause(1_000, false)]))) await pause(10);
  return performance.now();
}

async function sizeAt(endpoint: string): Promise<number> {
  const client = connect(endpoint);
  const { sizeBytes } = await client.status();
  client.close();
  return Math.round(sizeBytes / 2 ** 20);
}

async function snapshotSeconds({ endpoints }: Etcd): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'kubechurn-bench-'));
  const began = performance.now();
  await etcdctl(endpoints.at(-1)!, 'snapshot', 'save', join(directory, 'saved.db'));
  const took = (performance.now() - began) / 1000;
  rmSync(directory, { recursive: true });
  return took;
}

async function etcdctl(endpoint: string, ...args: string[]): Promise<void> {
  await output(requiredTool('etcdctl'), ['--endpoints', endpoint, '--command-timeout', '60s', ...args]);
}

/** Moves the leadership on and on under writes, more of them than in a run, since few are lost. */
async function leaderMoves(moves: number) {
  const perSecond = 6 * writesPerSecond;
  const etcd = await startEtcd({ members });
  const clients = etcd.endpoints.map(connect);
  try {
    const writer = startSteadyWriter(etcd.endpoints, perSecond);
    for (let move = 0; move < moves; move++) {
      const seen = await Promise.all(clients.map((client) => client.status()));
      const leader = seen.findIndex(({ memberId, leaderId }) => memberId === leaderId);
      const next = seen[(leader + 1) % members];
      if (!next || leader === -1) throw new Error('nobody leads');
      await etcdctl(etcd.endpoints[leader]!, 'move-leader', BigInt(next.memberId).toString(16));
      await pause(500);
    }
    return { moves, perSecond, ...(await writer.stop()) };
  } finally {
    for (const client of clients) client.close();
    await etcd.stop();
  }
}

/** Sends at fixed times, however long others take, in turn through each endpoint. */
function startSteadyWriter(
  endpoints: readonly string[],
  perSecond = writesPerSecond,
): {
  stop(): Promise<{ writes: number; failed: number; longest: number }>;
} {
  const clients = endpoints.map(connect);
  const stopping = new AbortController();
  const sent: Promise<void>[] = [];
  let failed = 0;
  let stall = 0;
  const one = async (n: number, due: number): Promise<void> => {
    const done = clients[n % clients.length]!.put(`/registry/configmaps/bench/writer-${n % 100}`, String(n));
    await done.catch(() => (failed += 1));
    stall = Math.max(stall, (performance.now() - due) / 1000);
  };
  const writing = (async (): Promise<void> => {
    let due = performance.now();
    for (let n = 0; !stopping.signal.aborted; n += 1, due += 1000 / perSecond) {
      await pause(Math.max(0, due - performance.now()));
      sent.push(one(n, due));
    }
  })();
  return {
    async stop() {
      stopping.abort();
      await writing;
      await Promise.all(sent);
      for (const client of clients) client.close();
      return { writes: sent.length, failed, longest: stall };
    },
  };
}
