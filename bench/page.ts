import { availableParallelism, cpus, totalmem } from 'node:os';
import type { Figures, Goal } from './figures.ts';

export interface Section extends Figures {
  readonly heading: string;
}

/** docs/performance.md. */
export function performancePage(sections: readonly Section[]): string {
  return `# Performance

Written by \`make bench\` (bench/run.ts); not edited by hand. Seconds are medians of the runs named, from start to end of
the process; compare them within one table only. Machine: ${availableParallelism()} CPUs (${cpus()[0]?.model ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB of memory, Node ${process.version}.
Memory is the highest resident size in MB, with and without mapped file pages: Go's bbolt maps the whole file.

| Goal | Allowed | Measured | |
|---|---|---|---|
${sections.flatMap(({ goals }) => goals.map(rowOf)).join('\n')}

${sections.map(({ heading, notes }) => `## ${heading}\n\n${notes.join('\n')}\n`).join('\n')}
## What was measured with

The databases are written in etcd's format by bench/go/make-database: pods, events, leases and policy reports as
kube-apiserver stores them, chance seeded. The audit logs repeat the recorded one, in other namespaces each time. Peers
(\`auger\`, \`etcd-dump-db\`, \`etcd-defrag\`) are measured where they are on PATH.
`;
}

function rowOf({ what, measured, allowed, unit, atLeast }: Goal): string {
  const met = atLeast ? measured >= allowed : measured <= allowed;
  const digits = wholeUnits.has(unit) ? 0 : 2;
  return `| ${what} | ${atLeast ? 'at least ' : ''}${allowed} ${unit} | ${measured.toFixed(digits)} ${unit} | ${met ? 'met' : '**missed**'} |`;
}

const wholeUnits = new Set(['MB', 'MB/s', 'events/s', 'writes']);
