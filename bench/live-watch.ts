// Watches an etcd for so many seconds and prints what that cost as JSON. A process of its own, so that its CPU time is.
import { setTimeout as pause } from 'node:timers/promises';
import { parseEndpoint } from '../src/etcd/endpoint.ts';
import { connectMember } from '../src/etcd/member.ts';
import { createLiveCounts } from '../src/pipeline/member/rates.ts';
import { watchWrites } from '../src/sources/etcd-watch/watch-writes.ts';

const [endpoint = '', seconds = '5'] = process.argv.slice(2);
const member = connectMember(parseEndpoint(endpoint, false), {
  endpoints: [endpoint],
  insecureSkipTlsVerify: false,
  dialTimeoutMs: 5_000,
  commandTimeoutMs: 15_000,
});
const counts = createLiveCounts(1);
const ending = new AbortController();
const outcome = watchWrites({
  members: [(revision, to) => member.watch(revision, to)],
  keys: counts.keys,
  onRows: (rows) => counts.add(rows),
  signal: ending.signal,
  pause: (milliseconds) => pause(milliseconds),
});
// The first second warms the compiler up, as a long watch would be.
await pause(1_000);
const cpu = process.cpuUsage();
const began = performance.now();
const before = counts.events();
await pause(Number(seconds) * 1_000);
const { user, system } = process.cpuUsage(cpu);
const events = counts.events() - before;
const took = (performance.now() - began) / 1_000;
const { revision } = await member.status();
ending.abort();
const { gap, toRevision } = await outcome;
// Events that came between the question and the end make the watch later than its head.
process.stdout.write(
  `${JSON.stringify({ events, perSecond: events / took, microseconds: (user + system) / events, gap, behind: Math.max(0, revision - toRevision) })}\n`,
);
member.close();
