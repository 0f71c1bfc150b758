import { problem, type ErrorCatalogue } from '../errors/problem.ts';

/** One sentence for each way in which a member cannot be talked to. `at` is its URL. */
export const etcdErrors = {
  badEndpoint: problem(
    'ETCD_BAD_ENDPOINT',
    (text: string) => `${JSON.stringify(text)} is no etcd endpoint: give URLs such as https://10.0.0.1:2379`,
    2,
  ),
  badCertificate: problem(
    'ETCD_BAD_CERTIFICATE_FILE',
    (flag: string, file: string, why: string) => `${flag} ${file} is no usable PEM file (${why})`,
    2,
  ),
  halfPair: problem(
    'ETCD_HALF_PAIR',
    (given: string, missing: string) => `${given} is given without ${missing}: a client certificate needs both`,
    2,
  ),
  ownCertificateExpired: problem(
    'ETCD_CLIENT_CERTIFICATE_EXPIRED',
    (file: string, when: string) => `the client certificate ${file} expired on ${when}: give one that is valid`,
  ),
  refused: problem(
    'ETCD_REFUSED',
    (at: string) => `nothing listens at ${at}: check host and port, and whether that etcd runs`,
  ),
  unknownHost: problem('ETCD_UNKNOWN_HOST', (at: string) => `the host of ${at} is not known: check its name`),
  unreachable: problem(
    'ETCD_UNREACHABLE',
    (at: string, why: string) => `${at} cannot be reached (${why}): check the network and whether that etcd runs`,
  ),
  silent: problem(
    'ETCD_SILENT',
    (at: string, seconds: number, option: '--dial-timeout' | '--command-timeout') =>
      `${at} did not answer within ${seconds} s: that etcd hangs or is overloaded; name another member, or give more time with ${option}`,
  ),
  notEtcd: problem(
    'ETCD_NOT_ETCD',
    (at: string) =>
      `${at} answers, but not as an etcd's client port: check the port (2379 as a rule; 2380 is for peers)`,
  ),
  needsHttps: problem(
    'ETCD_NEEDS_HTTPS',
    (at: string) => `${at} speaks TLS: write https:// and give --cacert, --cert and --key`,
  ),
  needsHttp: problem('ETCD_NEEDS_HTTP', (at: string) => `${at} does not speak TLS: write http://`),
  unknownAuthority: problem(
    'ETCD_UNKNOWN_AUTHORITY',
    (at: string) =>
      `the certificate of ${at} was signed by an authority that is not trusted here: give its CA with --cacert (kubeadm: /etc/kubernetes/pki/etcd/ca.crt)`,
  ),
  serverCertificateExpired: problem(
    'ETCD_CERTIFICATE_EXPIRED',
    (at: string, when: string) =>
      `the certificate of ${at} expired${when}: renew it, or pass --insecure-skip-tls-verify to look all the same`,
  ),
  wrongName: problem(
    'ETCD_WRONG_NAME',
    (at: string, names: string) =>
      `the certificate of ${at} is for other names (${names}): use one of those as the host`,
  ),
  needsCertificate: problem(
    'ETCD_NEEDS_CERTIFICATE',
    (at: string) =>
      `${at} wants a client certificate: give --cert and --key (kubeadm: /etc/kubernetes/pki/etcd/healthcheck-client.crt and .key)`,
  ),
  certificateRefused: problem(
    'ETCD_CERTIFICATE_REFUSED',
    (at: string) => `${at} refuses the client certificate: give one that its CA signed and that has not expired`,
  ),
  tlsFailed: problem(
    'ETCD_TLS_FAILED',
    (at: string, why: string) => `no TLS connection to ${at} could be made (${why}): check --cacert, --cert and --key`,
  ),
  needsUser: problem(
    'ETCD_NEEDS_USER',
    (at: string) =>
      `${at} has authentication turned on: give --user name:password, or a client certificate that names a user`,
  ),
  wrongPassword: problem('ETCD_WRONG_PASSWORD', (at: string) => `${at} does not accept this --user and password`),
  denied: problem(
    'ETCD_PERMISSION_DENIED',
    (at: string, what: string) =>
      `${at} does not permit this user ${what}: give a user with the role root, or one that may read every key`,
  ),
  cut: problem(
    'ETCD_CUT',
    (at: string, what: string) => `${at} ended the connection during ${what}: that member stopped or restarted`,
  ),
  compacted: problem('ETCD_COMPACTED', (at: string) => `${at} compacted the revision that was being read`),
  noLeader: problem(
    'ETCD_NO_LEADER',
    (at: string) => `${at} has no leader: its cluster lost its quorum, or is electing one just now`,
  ),
  failed: problem('ETCD_FAILED', (at: string, what: string, why: string) => `${at} failed at ${what}: ${why}`),
} satisfies ErrorCatalogue;
