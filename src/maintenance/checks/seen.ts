import type { ListedMember } from '../../etcd/maintenance-answers.ts';
import type { PresentedCertificate } from '../../etcd/presented-chain.ts';
import type { Quota } from '../../etcd/quota.ts';
import type { MemberStatus } from '../../etcd/status.ts';
import type { LocalVolume } from '../local-disk.ts';
import type { Target } from '../targets/target.ts';

/** All that the checks judge, read beforehand. Times are milliseconds since 1970 by our clock. */
export interface Seen {
  readonly now: number;
  readonly target: Target;
  /** As one member knows them; undefined where no member says. */
  readonly listed: readonly ListedMember[] | undefined;
  /** Those that answered, each once. */
  readonly members: readonly SeenMember[];
  readonly silent: readonly SilentMember[];
  /** kube-apiserver's note of its last compaction. */
  readonly note: SeenNote | undefined;
  /** Value of the key that somebody wrote in place of the flag; undefined where there is none, null where it may not be read. */
  readonly strayQuota: string | undefined | null;
  readonly ownCertificates: readonly NamedCertificate[];
  /** By endpoint, those that do not answer included; [] where none speaks TLS. */
  readonly presented: readonly { readonly url: string; readonly chain: readonly PresentedCertificate[] }[];
}

export interface SeenMember {
  /** As the cluster lists it, else its URL. */
  readonly name: string;
  readonly url: string;
  /** Not among the given endpoints: the list of members named it. */
  readonly found: boolean;
  readonly status: MemberStatus;
  /** The second look. */
  readonly later?: { readonly status: MemberStatus; readonly afterMs: number };
  readonly quota: Quota;
  /** etcd's flags as its command line, or a file on this machine, states them; undefined where neither can be read. */
  readonly flags: ReadonlyMap<string, string> | undefined;
  /** From its metrics; undefined where they cannot be read, or do not say. */
  readonly compactRevision: number | undefined;
  readonly lastCompaction: number | undefined;
  /** Its clock minus ours, and how far that may be off. */
  readonly clock: { readonly offsetMs: number; readonly errorMs: number } | undefined;
  /** That its data lies on; null where that is not on this machine. */
  readonly volume: LocalVolume | null;
}

export interface SilentMember {
  /** As the cluster lists it, else its URL. */
  readonly name: string;
  readonly why: string;
}

export interface SeenNote {
  readonly revision: number;
  /** undefined where no object tells the time of it. */
  readonly writtenAt: number | undefined;
}

export interface NamedCertificate {
  /** `--cert /etc/etcd/client.crt`. */
  readonly name: string;
  readonly validTo: number;
}
