import { Argument, Command } from 'commander';

import { completionCandidates } from './completion-candidates.ts';
import { completionScripts } from './completion-scripts.ts';

export function completionCommand(): Command {
  return new Command('completion')
    .description('print what makes a shell complete the words of this program')
    .addArgument(new Argument('<shell>', 'which').choices(Object.keys(completionScripts)))
    .action((shell: string) => void process.stdout.write(completionScripts[shell] ?? ''));
}

/** The answer to `kubechurn __complete WORD...`, by which the scripts, and kubectl, ask. */
export function completionAnswer(program: Command, words: readonly string[]): string {
  const { candidates, files } = completionCandidates(program, words);
  const lines = candidates.map(({ value, doc }) => (doc === '' ? value : `${value}\t${doc}`));
  return [...lines, files ? ':0' : ':4', ''].join('\n');
}
