import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { tlsErrors } from './errors.ts';
import { lifeOf, type KeyPair } from './key-pair.ts';

export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

/** A mounted Secret's certificate. Throws tlsErrors where it cannot be served with; expired ones can, and are told apart elsewhere. */
export async function readPair(files: CertificateFiles): Promise<KeyPair> {
  try {
    const [certificate, key] = await Promise.all([readFile(files.certificate, 'utf8'), readFile(files.key, 'utf8')]);
    createSecureContext({ cert: certificate, key });
    lifeOf({ certificate });
    return { certificate, key };
  } catch (error) {
    throw tlsErrors.badPair(files.certificate, files.key, error instanceof Error ? error.message : String(error));
  }
}

/**
 * Calls back with each new pair that fits together. Reads both files anew every `everyMs` instead of watching them: the
 * kubelet swaps a directory's symbolic link, which watchers of the files themselves do not see.
 */
export function watchPair(
  files: CertificateFiles,
  first: KeyPair,
  everyMs: number,
  changed: { use(pair: KeyPair): void; failed(error: unknown): void },
): { stop(): void } {
  let current = first;
  const look = async (): Promise<void> => {
    try {
      const pair = await readPair(files);
      if (pair.certificate === current.certificate && pair.key === current.key) return;
      changed.use(pair);
      current = pair;
    } catch (error) {
      changed.failed(error);
    }
  };
  const timer = setInterval(() => void look(), everyMs);
  return { stop: () => clearInterval(timer) };
}
