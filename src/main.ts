import { isMainThread } from 'node:worker_threads';

import { isProblem } from './errors/problem.ts';

const version = '0.1.0';

if (isMainThread) await runCommandLine();
else (await import('./pipeline/offline/threads.ts')).runThread();

/** Loads the commands only here, so that a worker thread starts without them. */
async function runCommandLine(): Promise<void> {
  const { Command } = await import('commander');
  const { analyzerCommand } = await import('./commands/analyzer.ts');
  const { checkCommand } = await import('./commands/check.ts');
  const { decryptBackupCommand } = await import('./commands/decrypt-backup.ts');
  const { maintainCommand } = await import('./commands/maintain.ts');
  const { throttleCommand } = await import('./commands/throttle.ts');
  const { topCommand } = await import('./commands/top.ts');
  const { triageCommand } = await import('./commands/triage.ts');
  const { webhookCommand } = await import('./commands/webhook.ts');
  const program = new Command('kubechurn')
    .description('finds who fills the etcd behind a Kubernetes cluster, why, and what to change')
    .version(version)
    .showHelpAfterError('(--help says what there is)')
    .addCommand(triageCommand({ version, entry: new URL(import.meta.url) }))
    .addCommand(maintainCommand({ version, entry: new URL(import.meta.url) }))
    .addCommand(checkCommand({ version }))
    .addCommand(decryptBackupCommand())
    .addCommand(webhookCommand({ version }))
    .addCommand(analyzerCommand({ version }))
    .addCommand(topCommand())
    .addCommand(throttleCommand());
  for (const command of [program, ...program.commands])
    command.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));
  // A reader that has seen enough (head) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  try {
    await program.parseAsync();
  } catch (error) {
    process.exitCode = isProblem(error) ? error.exitCode : 1;
    process.stderr.write(`${await sentenceOf(error)}\n`);
  }
}

async function sentenceOf(error: unknown): Promise<string> {
  const { printable } = await import('./words/printable.ts');
  if (isProblem(error)) return `kubechurn: ${printable(error.message)}`;
  if (process.env['KUBECHURN_DEBUG'] !== undefined && error instanceof Error) return error.stack ?? error.message;
  return `kubechurn: unexpected failure (${printable(String(error))}); KUBECHURN_DEBUG=1 shows where, please report it`;
}
