import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { describeWith } from '../etcd/harness/describe-with.ts';
import { startEtcd, type Etcd } from '../etcd/harness/start-etcd.ts';
import { requiredTool } from '../etcd/harness/tool.ts';
import { demoMutations } from './demo-scenario.ts';
import { compare } from './compare.ts';
import { randomWrites } from './random-writes.ts';
import { truthOf } from './truth.ts';
import { writeToEtcd } from './write-to-etcd.ts';

const run = promisify(execFile);
const from = Date.UTC(2026, 8, 14, 3, 0);
const window = (seed: number) => ({ from, until: from + 3_600_000, seed });
const patience = 120_000;

/** Lets an etcd live as long as `use` takes; what `use` looks at last is the file of a stopped etcd. */
async function withEtcd(
  options: Parameters<typeof startEtcd>[0],
  use: (etcd: Etcd, stopped: () => Promise<string>) => Promise<void>,
): Promise<void> {
  const etcd = await startEtcd(options);
  try {
    await use(etcd, async () => {
      await etcd.stop({ keepFiles: true });
      return etcd.dbFile;
    });
  } finally {
    await etcd.stop();
  }
}

const versions = [
  { version: '3.6', seeds: [1, 2, 3] },
  { version: '3.5', seeds: [4] },
  { version: '3.4', seeds: [5] },
] as const;

for (const { version, seeds } of versions) {
  describeWith([`etcd-${version}`], `triage of a file that etcd ${version} wrote`, () => {
    it.each(seeds)(
      'counts puts, deletions, recreations, leases and transactions exactly (seed %i)',
      async (seed) => {
        await withEtcd({ version }, async ({ client }, stopped) => {
          const { accepted } = await writeToEtcd(randomWrites(window(seed), { count: 5_000 }), client);
          expect(accepted.length).toBeGreaterThanOrEqual(5_000);
          const { found, expected } = await compare(await stopped(), truthOf(accepted));
          expect(found).toEqual(expected);
        });
      },
      patience,
    );

    it(
      'counts what is left after a compaction up to a deletion, defragmented or not',
      async () => {
        await withEtcd({ version }, async ({ client }, stopped) => {
          const early = await writeToEtcd(randomWrites(window(11), { count: 4_000, keys: 300 }), client);
          const at = early.accepted.findLast(({ value, txn }) => !value && txn === undefined)?.revision ?? 0;
          await client.compact(at);
          const keepsTombstone = version !== '3.4'; // the packaged 3.4 is older than 3.4.34
          if (version === '3.5') await client.defragment();
          const { found, expected } = await compare(await stopped(), truthOf(early.accepted, { at, keepsTombstone }));
          expect(found).toEqual(expected);
        });
      },
      patience,
    );
  });
}

describeWith(['etcd-3.6', 'etcdctl'], 'triage of a file with a history of its own', () => {
  it(
    'is exact on pages that were freed, reused and defragmented',
    async () => {
      await withEtcd({ version: '3.6' }, async ({ client }, stopped) => {
        const first = await writeToEtcd(randomWrites(window(21), { count: 4_000 }), client);
        const middle = first.accepted[Math.floor(first.accepted.length / 2)]?.revision ?? 0;
        await client.compact(middle);
        await client.defragment();
        const second = await writeToEtcd(randomWrites(window(22), { count: 3_000 }), client);
        const at = second.accepted[1_000]?.revision ?? 0;
        await client.compact(at);
        const truth = truthOf([...first.accepted, ...second.accepted], { at, keepsTombstone: true });
        const { found, expected } = await compare(await stopped(), truth);
        expect(found).toEqual(expected);
      });
    },
    patience,
  );

  it(
    'is exact on what "etcdctl snapshot save" leaves',
    async () => {
      await withEtcd({ version: '3.6' }, async ({ client, endpoint, dataDir }) => {
        const { accepted } = await writeToEtcd(randomWrites(window(31), { count: 3_000 }), client);
        const file = join(dirname(dataDir), 'snapshot.db');
        await run(requiredTool('etcdctl'), ['--endpoints', endpoint, 'snapshot', 'save', file]);
        const { found, expected } = await compare(file, truthOf(accepted));
        expect(found).toEqual(expected);
      });
    },
    patience,
  );

  it(
    'is exact on Kubernetes objects up to the write that no longer fitted',
    async () => {
      await withEtcd({ version: '3.6', quotaBytes: 16 * 2 ** 20 }, async ({ client }, stopped) => {
        const { accepted, refusal } = await writeToEtcd(demoMutations(from, 41), client);
        expect(refusal).toContain('database space exceeded');
        const { found, expected } = await compare(await stopped(), truthOf(accepted));
        expect(found).toEqual(expected);
      });
    },
    patience,
  );
});
