import { describe, expect, it } from '@jest/globals';
import type { CheckOutcome } from '../../../src/model/check.ts';
import { assembleCheck } from '../../../src/report/check/assemble-check.ts';
import { checkReport } from '../../../src/report/check/schema.ts';
import { checkText } from '../../../src/report/text/check.ts';
import { widthOf } from '../../../src/report/text/cell-width.ts';

const check = (change: Partial<CheckOutcome>): CheckOutcome => ({
  category: 'space',
  name: 'quota',
  result: 'ok',
  why: 'fine',
  hint: '',
  ...change,
});
const report = (...checks: CheckOutcome[]) => assembleCheck(checks, { target: 'kubeadm', version: '0.0.0' });
const text = (...checks: CheckOutcome[]): string => checkText(report(...checks), { colour: false });

const block = 'in the ClusterConfiguration:\netcd:\n  local: {}\nthen: restart';

describe('the text of a check', () => {
  it('groups by category, marks each result and ends with the verdict', () => {
    expect(
      text(
        check({ category: 'members', name: 'lag', why: 'none' }),
        check({ result: 'failed', why: 'too small', hint: `raise it:\n\n${block}` }),
        check({ name: 'size', result: 'warning', why: 'large', hint: 'etcdctl defrag' }),
        check({ name: 'volume', result: 'skipped', why: 'unknown' }),
      ),
    ).toBe(
      [
        'members',
        '-------',
        '√ lag: none',
        '',
        'space',
        '-----',
        '× quota: too small',
        '    raise it:',
        '    in the ClusterConfiguration:',
        '    etcd:',
        '      local: {}',
        '    then: restart',
        '‼ size: large',
        '    etcdctl defrag',
        '- volume: unknown',
        '',
        'Status is ×  4 checks, 1 failed, 1 warning, 1 skipped',
        '',
      ].join('\n'),
    );
  });

  it('prints lines that several checks ask for once', () => {
    const said = text(
      check({ result: 'warning', hint: block }),
      check({ name: 'size', result: 'warning', hint: `kubechurn triage\n\n${block}` }),
    );
    expect(said.match(/ClusterConfiguration/g)).toHaveLength(1);
    expect(said).toContain('set the lines given above for quota');
  });

  it('keeps to 80 columns', () => {
    const long = 'a sentence of many words about a member that has something wrong with it, '.repeat(4);
    const lines = text(check({ result: 'failed', why: long, hint: long })).split('\n');
    expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(80);
  });

  it('lets no name forge a line', () => {
    expect(text(check({ why: 'etcd\n√ all is well\u001b[2J' }))).not.toMatch(/\n√ all|\u001b/);
  });

  it('colours the marks where that is wished', () => {
    expect(checkText(report(check({ result: 'failed' })), { colour: true })).toContain('\u001b[1;31m×');
  });
});

describe('the report of a check', () => {
  it.each([
    [['ok', 'skipped'], 'ok'],
    [['ok', 'warning'], 'warning'],
    [['warning', 'failed', 'ok'], 'failed'],
  ] as const)('of %j is %s', (results, worst) => {
    const made = report(...results.map((result) => check({ result })));
    expect(made.result).toBe(worst);
    expect(checkReport.parse(made)).toEqual(made);
  });
});
