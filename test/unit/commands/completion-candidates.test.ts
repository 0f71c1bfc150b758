import { describe, expect, it } from '@jest/globals';
import { Argument, Command, Option } from 'commander';
import { completionCandidates } from '../../../src/commands/completion-candidates.ts';

const program = new Command('kubechurn')
  .addCommand(
    new Command('triage')
      .description('say who')
      .addOption(new Option('-o, --output <format>', 'how to print').choices(['text', 'json']))
      .option('--snapshot <file>', 'a database')
      .option('--top <n>', 'rows')
      .option('--skip-hash-check', 'read it all the same')
      .addOption(new Option('--hidden <x>').hideHelp()),
  )
  .addCommand(new Command('decrypt').description('turn it back').argument('<file>'))
  .addCommand(new Command('completion').addArgument(new Argument('<shell>').choices(['bash', 'zsh'])));

const offered = (...words: string[]): string[] => {
  const { candidates, files } = completionCandidates(program, words);
  return [...candidates.map(({ value }) => value), ...(files ? ['a file'] : [])];
};

describe('what a shell may offer', () => {
  it.each([
    [[''], ['triage', 'decrypt', 'completion']],
    [['tri'], ['triage']],
    [['nothing'], []],
    [
      ['triage', '-'],
      ['--output', '--snapshot', '--top', '--skip-hash-check', '--help'],
    ],
    [
      ['triage', '--s'],
      ['--snapshot', '--skip-hash-check'],
    ],
    [
      ['triage', '-o', ''],
      ['text', 'json'],
    ],
    [['triage', '--output', 'j'], ['json']],
    [['triage', '--output=j'], ['--output=json']],
    [
      ['triage', '--output', '='],
      ['text', 'json'],
    ],
    [['triage', '--output', '=', 'j'], ['json']],
    [['triage', '--snapshot', ''], ['a file']],
    [['triage', '--top', ''], []],
    [['triage', '--skip-hash-check', '--o'], ['--output']],
    [['triage', '--hidden', 'x', '--o'], ['--output']],
    [['triage', '--top', 'decrypt', '--o'], ['--output']],
    [['triage', ''], []],
    [['decrypt', ''], ['a file']],
    [['completion', 'z'], ['zsh']],
  ])('after %j is %j', (words, expected) => {
    expect(offered(...words)).toEqual(expected);
  });

  it('is explained in one line', () => {
    expect(completionCandidates(program, ['tri']).candidates).toEqual([{ value: 'triage', doc: 'say who' }]);
  });
});
