import type { EtcdOptionValues } from '../../config/etcd-options.ts';
import type { PemFile } from '../../etcd/connection.ts';
import type { ClusterReader } from './cluster-reader.ts';
import { plainEndpoints } from './endpoints.ts';
import { targetErrors } from './errors.ts';
import { flagsIn } from './flags.ts';
import { parseTarget } from './parse-target.ts';
import type { CertificatePaths, Target } from './target.ts';
import { vclusterDeployed } from './vcluster-deployed.ts';
import { vclusterEmbedded } from './vcluster-embedded.ts';
import type { VCluster } from './vcluster.ts';

export interface TargetPorts {
  /** Whether a file can be read: `denied` where it is there and this user may not. */
  readonly file: (path: string) => 'readable' | 'denied' | 'missing';
  /** Absent where no cluster can be asked. */
  readonly cluster?: ClusterReader;
}

export interface ResolvedTarget {
  readonly target: Target;
  /** The options, with what the target says filled in for those not given. */
  readonly values: EtcdOptionValues;
  /** Certificates that are in no file. */
  readonly pems?: { readonly cacert: PemFile; readonly cert: PemFile; readonly key: PemFile };
  /** etcd's flags, where the cluster states them. */
  readonly flags?: ReadonlyMap<string, string>;
  /** What could not be found out, one sentence each. */
  readonly unknown: readonly string[];
}

/** What `--target` means here; what the options say goes before it. Throws targetErrors. */
export async function resolveTarget(
  text: string | undefined,
  given: EtcdOptionValues,
  ports: TargetPorts,
): Promise<ResolvedTarget> {
  if (text === undefined) return { target: plainEndpoints, values: given, unknown: [] };
  const target = parseTarget(text);
  return 'release' in target ? resolveVCluster(target, given, ports) : fromFiles([target], given, ports);
}

async function resolveVCluster(
  vcluster: VCluster,
  given: EtcdOptionValues,
  ports: TargetPorts,
): Promise<ResolvedTarget> {
  const { namespace, release } = vcluster;
  const { cluster } = ports;
  const candidates = [vclusterDeployed(vcluster), vclusterEmbedded(vcluster)];
  if (!cluster) {
    const resolved = fromFiles(candidates, given, ports);
    const unknown = `no cluster was asked about ${vcluster.target}: the number of its replicas and its etcd's flags are known from etcd itself only`;
    return { ...resolved, unknown: [unknown] };
  }
  const statefulSet = await cluster.statefulSet(namespace, `${release}-etcd`);
  if (!statefulSet) {
    if (!(await cluster.statefulSet(namespace, release))) throw targetErrors.noEtcd(vcluster.target);
    return fromFiles([vclusterEmbedded(vcluster)], given, ports);
  }
  const target = vclusterDeployed(vcluster, statefulSet.replicas);
  const flags = flagsIn(statefulSet.command);
  const values = { ...endpointsOf(target, given), ...given };
  const secret = given.cacert === undefined ? await cluster.secret(namespace, `${release}-certs`) : undefined;
  if (!secret) return { ...fromFiles([target], given, ports), flags };
  const pem = (option: string, key: string): PemFile => ({
    option,
    file: `Secret ${namespace}/${release}-certs, ${key}`,
    text: new TextDecoder().decode(secret.get(key)),
  });
  const pems = {
    cacert: pem('--cacert', 'etcd-ca.crt'),
    cert: pem('--cert', 'etcd-peer.crt'),
    key: pem('--key', 'etcd-peer.key'),
  };
  return { target, values, pems, flags, unknown: [] };
}

/** The first candidate whose certificates lie here, or the first at all where the options name some. */
function fromFiles(candidates: readonly Target[], given: EtcdOptionValues, { file }: TargetPorts): ResolvedTarget {
  const [first] = candidates;
  if (!first) throw new Error('a target has a candidate');
  const hasOwn = [given.cacert, given.cert, given.key].some((path) => path !== undefined);
  const sets = candidates.flatMap((target) => target.certificates.map((paths) => ({ target, paths })));
  const found = sets.find(({ paths }) => pathsOf(paths).every((path) => file(path) === 'readable'));
  if (hasOwn || (!found && given.etcd?.startsWith('http://')))
    return { target: found?.target ?? first, values: { ...endpointsOf(first, given), ...given }, unknown: [] };
  if (!found) {
    const directories = [...new Set(sets.map(({ paths }) => paths.cert.replace(/\/[^/]*$/, '')))].join(', ');
    const isDenied = sets.some(({ paths }) => pathsOf(paths).some((path) => file(path) === 'denied'));
    throw (isDenied ? targetErrors.unreadable : targetErrors.noCertificates)(first.name, directories);
  }
  const { target, paths } = found;
  return { target, values: { ...endpointsOf(target, given), ...paths, ...given }, unknown: [] };
}

const pathsOf = ({ cacert, cert, key }: CertificatePaths): string[] => [cacert, cert, key];

function endpointsOf({ endpoints }: Target, given: EtcdOptionValues): EtcdOptionValues {
  return given.endpoints === undefined ? { etcd: endpoints.join() } : {};
}
