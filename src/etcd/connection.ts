/** A PEM file that an option named, read already. */
export interface PemFile {
  /** `--cacert`. */
  readonly option: string;
  readonly file: string;
  readonly text: string;
}

/** How to reach an etcd, as etcdctl's options say it. */
export interface EtcdConnection {
  /** URLs or host:port, at least one. */
  readonly endpoints: readonly string[];
  readonly cacert?: PemFile;
  readonly cert?: PemFile;
  readonly key?: PemFile;
  readonly insecureSkipTlsVerify: boolean;
  readonly user?: { readonly name: string; readonly password: string };
  readonly dialTimeoutMs: number;
  /** Of one request; a stream may take longer as long as something comes. */
  readonly commandTimeoutMs: number;
}
