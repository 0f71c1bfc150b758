import { readPair, watchPair, type CertificateFiles } from '../../server/tls/certificate-files.ts';
import type { KeyPair } from '../../server/tls/key-pair.ts';

/** Where the certificate comes from that the webhook serves with. */
export interface CertificateSource {
  first(): Promise<KeyPair>;
  /** Calls back with each that is to be served with from now on. */
  keep(first: KeyPair, changed: Changed): { stop(): Promise<void> };
}

export interface Changed {
  use(pair: KeyPair): void;
  failed(error: unknown): void;
}

/** A mounted Secret that cert-manager, or whoever, keeps up to date. */
export function certificatesFromFiles(files: CertificateFiles, everyMs: number): CertificateSource {
  return {
    first: () => readPair(files),
    keep(first, changed) {
      const watching = watchPair(files, first, everyMs, changed);
      return { stop: async () => watching.stop() };
    },
  };
}
