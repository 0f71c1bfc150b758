import { spawnSync } from 'node:child_process';
import { createAuthority, type Authority, type Pair } from '../../etcd/harness/certificates.ts';
import { flags } from '../../etcd/harness/flags.ts';
import { startEtcd, type Etcd, type EtcdOptions } from '../../etcd/harness/start-etcd.ts';
import { requiredTool } from '../../etcd/harness/tool.ts';

export type SecuredEtcd = Etcd & {
  /** What clients need. */
  readonly authority: Authority;
  readonly clientPair: Pair;
  /** etcdctl as a client with a certificate. */
  etcdctl(args: readonly string[], input?: string): { readonly ok: boolean; readonly stdout: string; readonly stderr: string };
  /** Rewrites a few keys with values of 256 KiB, until etcd refuses or `times` are written. */
  fill(times?: number): void;
};

/** An etcd at an address that pods reach, for clients with certificates only. */
export async function startSecuredEtcd(address: string, options: EtcdOptions): Promise<SecuredEtcd> {
  const authority = createAuthority('etcd-ca');
  const { cert, key } = authority.issue('server', { for: `IP:${address},DNS:localhost`, days: 90 });
  const clientPair = authority.issue('client', { days: 90 });
  const etcd = await startEtcd({ ...options, address, tls: { cert, key, clientCa: authority.ca } });
  const etcdctl: SecuredEtcd['etcdctl'] = (args, input = '') => {
    const known = flags({ endpoints: etcd.endpoints.join(), cacert: authority.ca, ...clientPair });
    const { status, stdout, stderr } = spawnSync(requiredTool('etcdctl'), [...known, ...args], { encoding: 'utf8', input });
    return { ok: status === 0, stdout, stderr };
  };
  return {
    ...etcd,
    ...{ authority, clientPair, etcdctl },
    fill(times = Infinity) {
      const value = 'x'.repeat(2 ** 18);
      for (let n = 0; n < times; n++) {
        const { ok, stderr } = etcdctl(['put', `/registry/configmaps/team-a/big-${n % 3}`], value);
        if (stderr.includes('database space exceeded')) return;
        if (!ok) throw new Error(stderr);
      }
    },
    async stop(keep) {
      await etcd.stop(keep);
      if (!keep?.keepFiles) authority.remove();
    },
  };
}
