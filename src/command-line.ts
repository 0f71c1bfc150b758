import { Command } from 'commander';

import { analyzerCommand } from './commands/analyzer.ts';
import { checkCommand } from './commands/check.ts';
import { decryptBackupCommand } from './commands/decrypt-backup.ts';
import { maintainCommand } from './commands/maintain.ts';
import { topCommand } from './commands/top.ts';
import { triageCommand } from './commands/triage.ts';
import { webhookCommand } from './commands/webhook.ts';
import { isProblem } from './errors/problem.ts';
import { printable } from './words/printable.ts';

const version = '0.1.0';

/** Does what the arguments ask. `entry` is the module that a worker thread starts with. */
export async function runCommandLine(entry: URL): Promise<void> {
  const program = new Command('kubechurn')
    .description('finds who fills the etcd behind a Kubernetes cluster, why, and what to change')
    .version(version)
    .showHelpAfterError('(--help says what there is)')
    .addCommand(triageCommand({ version, entry }))
    .addCommand(maintainCommand({ version, entry }))
    .addCommand(checkCommand({ version }))
    .addCommand(decryptBackupCommand())
    .addCommand(webhookCommand({ version }))
    .addCommand(analyzerCommand({ version }))
    .addCommand(topCommand());
  for (const command of [program, ...program.commands])
    command.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));
  // A reader that has seen enough (head) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  try {
    await program.parseAsync();
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
