import { afterEach, describe, expect, it } from '@jest/globals';
import { describeWith } from '../etcd/harness/describe-with.ts';
import { startEtcd, type Etcd, type EtcdOptions } from '../etcd/harness/start-etcd.ts';
import { kubechurn } from './run-kubechurn.ts';
import { triageJson } from './triage-json.ts';

let etcd: Etcd | undefined;
afterEach(() => etcd?.stop());

async function started(options?: EtcdOptions): Promise<Etcd> {
  etcd = await startEtcd(options);
  return etcd;
}

const name = (of: number): string => `/registry/configmaps/team-a/settings-${of}`;

/** 421 revisions, 442 changes of 41 keys, of which 4 are left deleted. */
async function write({ client }: Etcd): Promise<void> {
  await client.putAll(Array.from({ length: 400 }, (_, i) => [name(i % 40), 'x'.repeat(i)] as const));
  await client.put('/registry/secrets/team-a/large', Buffer.alloc(700_000));
  for (let i = 0; i < 8; i++) await client.delete(name(i));
  for (let i = 0; i < 4; i++) await client.put(name(i), 'created again');
  for (let i = 0; i < 7; i++)
    await client.txn([8, 9, 10 + i, 20 + i].map((of) => ({ put: name(of), value: 'together' })));
  await client.delete('/registry/secrets/team-a/large');
}

describe.each(['3.4', '3.5', '3.6'] as const)('a file of etcd %s', (version) => {
  describeWith([`etcd-${version}`], `written by etcd ${version}`, () => {
    it('is counted exactly', async () => {
      const of = await started({ version });
      await write(of);
      const listed = await of.client.list('/registry/');
      await of.stop({ keepFiles: true });

      const report = await triageJson(of.dbFile, ['--top', '100']);
      expect(report.totals).toMatchObject({ revisions: 421, writes: 442, deletes: 9, keys: 41 });
      expect(report.coverage).toMatchObject({ counted: 421, growth: 421, ratio: 1 });
      expect(report.coverage.notSeen.filter((sentence) => /damaged|ends after/.test(sentence))).toEqual([]);
      expect(report.resources.map(({ resource, writes, liveKeys }) => ({ resource, writes, liveKeys }))).toEqual([
        { resource: 'configmaps', writes: 440, liveKeys: listed.length },
        { resource: 'secrets', writes: 2, liveKeys: 0 },
      ]);
      expect(report.keys.find(({ key }) => key === name(8))).toMatchObject({ writes: 17, deletes: 0 });
    });

    it('is counted exactly though it holds a single key', async () => {
      const of = await started({ version });
      await of.client.put('/registry/configmaps/team-a/only', 'x');
      await of.stop({ keepFiles: true });
      const { totals, keys } = await triageJson(of.dbFile);
      expect(totals).toMatchObject({ revisions: 1, writes: 1, keys: 1 });
      expect(keys).toMatchObject([{ key: '/registry/configmaps/team-a/only', writes: 1 }]);
    });

    it('is whole after compaction too, with what that erased told apart', async () => {
      const of = await started({ version });
      await write(of);
      const { revision } = await of.client.status();
      await of.client.compact(revision);
      for (let i = 0; i < 5; i++) await of.client.put(name(30), 'after');
      const listed = await of.client.list('/registry/');
      await of.stop({ keepFiles: true });

      const { totals, resources, source, coverage } = await triageJson(of.dbFile);
      expect(source).toMatchObject([{ compactRevision: revision, toRevision: revision + 5 }]);
      expect(resources.reduce((sum, { liveKeys }) => sum + liveKeys, 0)).toBe(listed.length);
      // One change is left of each living key; 3.5 and later also keep a deletion made at the compacted revision.
      expect(totals.writes - totals.deletes).toBe(listed.length + 5);
      expect(totals.deletes).toBeLessThanOrEqual(1);
      expect(coverage).toMatchObject({ counted: 5, growth: 5, ratio: 1 });
    });
  });
});

describeWith(['etcd'], 'the file of an etcd', () => {
  it('is refused while that etcd runs, and read as an empty database once it has stopped without a key', async () => {
    const of = await started();
    const { code, stdout, stderr } = await kubechurn(['triage', '--snapshot', of.dbFile]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(
      new RegExp(`^kubechurn: .*belongs to the running process ${of.pid},.*snapshot save[^\\n]*\\n$`),
    );

    await of.stop({ keepFiles: true });

    const report = await triageJson(of.dbFile);
    expect(report.totals).toEqual({ revisions: 0, writes: 0, deletes: 0, bytes: 0, keys: 0 });
    expect(report).toMatchObject({
      resources: [],
      keys: [],
      findings: [],
      clock: null,
      coverage: { counted: 0, growth: 0, ratio: 1 },
    });
    expect((await kubechurn(['triage', '--snapshot', of.dbFile])).code).toBe(0);
  });
});
