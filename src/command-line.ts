import { basename } from 'node:path';

import { Command } from 'commander';

import { analyzerCommand } from './commands/analyzer.ts';
import { checkCommand } from './commands/check.ts';
import { completionAnswer, completionCommand } from './commands/completion.ts';
import { decryptBackupCommand } from './commands/decrypt-backup.ts';
import { maintainCommand } from './commands/maintain.ts';
import { throttleCommand } from './commands/throttle.ts';
import { topCommand } from './commands/top.ts';
import { triageCommand } from './commands/triage.ts';
import { webhookCommand } from './commands/webhook.ts';
import { isProblem } from './errors/problem.ts';
import { printable } from './words/printable.ts';

const version = '0.1.0';

/** Does what the arguments ask. `entry` is the module that a worker thread starts with. */
export async function runCommandLine(entry: URL): Promise<void> {
  const { name, args } = called();
  const program = new Command(name)
    .description('finds who fills the etcd behind a Kubernetes cluster, why, and what to change')
    .version(version)
    .showHelpAfterError('(--help says what there is)')
    .addCommand(triageCommand({ version, entry }))
    .addCommand(maintainCommand({ version, entry }))
    .addCommand(checkCommand({ version }))
    .addCommand(decryptBackupCommand())
    .addCommand(webhookCommand({ version }))
    .addCommand(analyzerCommand({ version }))
    .addCommand(topCommand())
    .addCommand(throttleCommand())
    .addCommand(completionCommand());
  for (const command of [program, ...program.commands])
    command.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));
  if (args[0] === '__complete') return void process.stdout.write(completionAnswer(program, args.slice(1)));
  // A reader that has seen enough (head) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    process.exitCode = isProblem(error) ? error.exitCode : 1;
    process.stderr.write(`${sentenceOf(error)}\n`);
  }
}

function sentenceOf(error: unknown): string {
  if (isProblem(error)) return `kubechurn: ${printable(error.message)}`;
  if (process.env['KUBECHURN_DEBUG'] !== undefined && error instanceof Error) return error.stack ?? error.message;
  return `kubechurn: unexpected failure (${printable(String(error))}); KUBECHURN_DEBUG=1 shows where, please report it`;
}

/**
 * kubectl's plugins are found by their names on PATH: `kubectl churn` starts `kubectl-churn`, and asks
 * `kubectl_complete-churn` for completion. Links to this program do. The launcher says by which it was started.
 */
function called(): { name: string; args: readonly string[] } {
  const file = basename(process.env['KUBECHURN_STARTED_AS'] ?? process.argv0);
  const args = process.argv.slice(2);
  if (file.startsWith('kubectl_complete-')) return { name: 'kubectl churn', args: ['__complete', ...args] };
  return { name: file.startsWith('kubectl-') ? 'kubectl churn' : 'kubechurn', args };
}
