import { existsSync } from 'node:fs';
import { Command } from 'commander';

interface DecryptOptions {
  readonly backupKey: string;
  readonly to: string;
}

/** What `maintain --backup-key` encrypted becomes a snapshot again, for `etcdutl snapshot restore`. */
export function decryptBackupCommand(): Command {
  return new Command('decrypt-backup')
    .description('turn an encrypted backup into a snapshot that etcdutl restores')
    .argument('<file>', 'what maintain --backup --backup-key kept')
    .requiredOption('--backup-key <file>', 'the key it was encrypted with')
    .requiredOption('--to <file>', 'where the snapshot goes; not overwritten')
    .action(async (file: string, { backupKey, to }: DecryptOptions) => {
      const { decryptFile, encryptionErrors, readBackupKey } = await import('../maintenance/backup/encryption.ts');
      const key = readBackupKey(backupKey);
      if (existsSync(to)) throw encryptionErrors.exists(to);
      decryptFile(file, to, key);
    });
}
