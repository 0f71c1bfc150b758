import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWith } from '../etcd/harness/describe-with.ts';
import { startEtcd, type Etcd } from '../etcd/harness/start-etcd.ts';
import { kubechurn } from './run-kubechurn.ts';
import { triageJson } from './triage-json.ts';

describeWith(['etcd'], 'the file of an etcd', () => {
  let etcd: Etcd;
  beforeAll(async () => {
    etcd = await startEtcd();
  }, 60_000);
  afterAll(() => etcd.stop());

  it('is refused while that etcd runs, and read as an empty database once it has stopped without a key', async () => {
    const { code, stdout, stderr } = await kubechurn(['triage', '--snapshot', etcd.dbFile]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(new RegExp(`^kubechurn: .*belongs to the running process ${etcd.pid},.*snapshot save[^\\n]*\\n$`));

    await etcd.stop({ keepFiles: true });

    const report = await triageJson(etcd.dbFile);
    expect(report.totals).toEqual({ revisions: 0, writes: 0, deletes: 0, bytes: 0, keys: 0 });
    expect(report).toMatchObject({ resources: [], keys: [], findings: [], clock: null, coverage: { counted: 0, growth: 0, ratio: 1 } });
    expect((await kubechurn(['triage', '--snapshot', etcd.dbFile])).code).toBe(0);
  });
});
