import { describe, expect, it } from '@jest/globals';
import { isProblem, problem, Problem, type ErrorCatalogue } from '../../../src/errors/problem.ts';

const fileErrors = {
  missing: problem(
    'FILE_MISSING',
    (file: string) => `${file} does not exist: give the path of etcd's member/snap/db`,
    2,
  ),
  short: problem('FILE_SHORT', (file: string, bytes: number) => `${file} ends after ${bytes} bytes: copy it again`),
} satisfies ErrorCatalogue;

describe('a problem', () => {
  it('carries its code, its exit code and one sentence with the particulars', () => {
    expect(fileErrors.missing('db')).toMatchObject({
      name: 'Problem',
      code: 'FILE_MISSING',
      exitCode: 2,
      message: "db does not exist: give the path of etcd's member/snap/db",
    });
  });

  it('fails the run with 1 unless its kind says that the usage is wrong', () => {
    expect(fileErrors.short('db', 12).exitCode).toBe(1);
  });

  it('lists code and exit code without being made, for documentation', () => {
    expect(Object.values(fileErrors).map(({ code, exitCode }) => [code, exitCode])).toEqual([
      ['FILE_MISSING', 2],
      ['FILE_SHORT', 1],
    ]);
  });

  it('refuses a code nobody could search for', () => {
    expect(() => problem('file missing', () => '')).toThrow('not a problem code');
  });

  it('is told from other failures, also after it crossed a realm', () => {
    const foreign = Object.assign(new Error('x'), { name: 'Problem', code: 'X', exitCode: 1 });
    expect([new Problem('X', 'x', 1), foreign].map(isProblem)).toEqual([true, true]);
    expect([new Error('x'), { code: 'X' }, null, undefined, 'Problem'].map(isProblem)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});
