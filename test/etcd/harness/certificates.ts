import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Pair = { cert: string; key: string };

/** A throwaway authority in a directory of its own; every path is a PEM file. Needs openssl. */
export type Authority = {
  ca: string;
  /** Valid for two days, unless told. */
  issue(name: string, options?: { for?: string; expired?: boolean; days?: number }): Pair;
  remove(): void;
};

/** @param name tells two authorities apart in error messages */
export function createAuthority(name: string): Authority {
  const directory = mkdtempSync(join(tmpdir(), 'kubechurn-ca-'));
  const at = (file: string) => join(directory, file);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'ignore' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...newKey,
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.crt'),
    '-subj',
    `/CN=${name}`,
    '-days',
    '400',
  );
  return {
    ca: at('ca.crt'),
    issue(subject, { for: host = 'IP:127.0.0.1', expired = false, days = 2 } = {}) {
      const pair = { cert: at(`${subject}.crt`), key: at(`${subject}.key`) };
      openssl('req', ...newKey, '-keyout', pair.key, '-out', at('request'), '-subj', `/CN=${subject}`);
      writeFileSync(at('extensions'), `subjectAltName=${host}\n`);
      const signing = ['-req', '-in', at('request'), '-CA', at('ca.crt'), '-CAkey', at('ca.key'), '-CAcreateserial'];
      openssl(
        'x509',
        ...signing,
        '-out',
        pair.cert,
        '-extfile',
        at('extensions'),
        '-days',
        String(expired ? -1 : days),
      );
      return pair;
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
