import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWith } from '../etcd/harness/describe-with.ts';
import { startEtcd, type Etcd } from '../etcd/harness/start-etcd.ts';
import { checkReport } from '../../src/report/check/schema.ts';
import { widthOf } from '../../src/report/text/cell-width.ts';
import { kubechurn } from './run-kubechurn.ts';

const soon = ['--between-looks', '10ms'];

describeWith(['etcd'], 'kubechurn check', () => {
  let etcd: Etcd;
  beforeAll(async () => {
    etcd = await startEtcd();
  });
  afterAll(() => etcd.stop());

  it('prints groups of at most 80 columns without colour, and exits 0 while nothing failed', async () => {
    const { code, stdout, stderr } = await kubechurn(['check', '--etcd', etcd.endpoint, ...soon]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^members\n-------\n√ members answer: the one member answers\n/);
    expect(stdout).toMatch(/Status is ‼ {2}20 checks, 0 failed, 2 warnings, \d skipped\n$/);
    expect(stdout).not.toContain('\u001b');
    expect(Math.max(...stdout.split('\n').map(widthOf))).toBeLessThanOrEqual(80);
  });

  it('prints JSON that its schema describes, and exits 1 where something failed', async () => {
    await etcd.client.put('quota-backend-bytes', '8589934592');
    const { code, stdout } = await kubechurn(['check', '--etcd', etcd.endpoint, '-o', 'json', ...soon]);
    expect(code).toBe(1);
    expect(checkReport.parse(JSON.parse(stdout))).toMatchObject({ kind: 'CheckReport', result: 'failed' });
  });

  it.each([
    [[], /no etcd is named/],
    [['--target', 'mars'], /--target "mars" means nothing/],
    [['--etcd', 'http://127.0.0.1:1', '--between-looks', 'soon'], /--between-looks takes a duration/],
    [['--etcd', 'http://127.0.0.1:1', '-o', 'html'], /Allowed choices are text, json/],
  ])('exits 2 with one sentence when called with %j', async (args, sentence) => {
    const { code, stdout, stderr } = await kubechurn(['check', ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(sentence);
  });
});
