import type { EtcdOptionValues } from '../../config/etcd-options.ts';
import type { ClusterReader } from './cluster-reader.ts';
import { plainEndpoints } from './endpoints.ts';
import { targetErrors } from './errors.ts';
import { parseTarget } from './parse-target.ts';
import type { ResolvedTarget } from './resolved-target.ts';
import { resolveEmbedded, resolveInCluster } from './resolve-vcluster.ts';
import type { CertificatePaths, Target } from './target.ts';
import { vclusterDeployed } from './vcluster-deployed.ts';
import { vclusterEmbedded } from './vcluster-embedded.ts';
import type { VCluster } from './vcluster.ts';

export interface TargetPorts {
  /** Whether a file can be read: `denied` where it is there and this user may not. */
  readonly file: (path: string) => 'readable' | 'denied' | 'missing';
  /** The cluster that a vCluster runs in; undefined where none is known. Called only where it is needed. */
  readonly cluster?: () => Promise<ClusterReader | undefined>;
}

/** What `--target` means here; what the options say goes before it. Throws targetErrors. */
export async function resolveTarget(
  text: string | undefined,
  given: EtcdOptionValues,
  ports: TargetPorts,
): Promise<ResolvedTarget> {
  if (text === undefined) return { target: plainEndpoints, values: given };
  const target = parseTarget(text);
  return 'release' in target ? resolveVCluster(target, given, ports) : fromFiles([target], given, ports);
}

/** In one of its pods the certificates are at hand; from elsewhere its host cluster has them, or says which pods do. */
async function resolveVCluster(
  vcluster: VCluster,
  given: EtcdOptionValues,
  ports: TargetPorts,
): Promise<ResolvedTarget> {
  const candidates = [vclusterDeployed(vcluster), vclusterEmbedded(vcluster)];
  const hasBoth = namesOwn(given) && (given.etcd !== undefined || given.endpoints !== undefined);
  if (hasBoth || firstReadable(candidates, ports)) return fromFiles(candidates, given, ports);
  const cluster = await ports.cluster?.();
  if (!cluster) return fromFiles(candidates, given, ports);
  if (!namesOwn(given)) return resolveInCluster(vcluster, given, cluster);
  return (await resolveEmbedded(vcluster, given, cluster)) ?? fromFiles(candidates, given, ports);
}

/** The first candidate whose certificates lie here, or the first at all where the options name some. */
function fromFiles(candidates: readonly Target[], given: EtcdOptionValues, ports: TargetPorts): ResolvedTarget {
  const [first] = candidates;
  if (!first) throw new Error('a target has a candidate');
  const found = firstReadable(candidates, ports);
  if (namesOwn(given) || (!found && given.etcd?.startsWith('http://'))) {
    const target = found?.target ?? first;
    return { target, values: { ...endpointsOf(target, given), ...given } };
  }
  if (!found) {
    const paths = setsOf(candidates).flatMap(({ paths: { cacert, cert, key } }) => [cacert, cert, key]);
    const directories = [...new Set(paths.map((path) => path.replace(/\/[^/]*$/, '')))].join(', ');
    const isDenied = paths.some((path) => ports.file(path) === 'denied');
    throw (isDenied ? targetErrors.unreadable : targetErrors.noCertificates)(first.name, directories);
  }
  const { target, paths } = found;
  return { target, values: { ...endpointsOf(target, given), ...paths, ...given } };
}

interface CertificateSet {
  readonly target: Target;
  readonly paths: CertificatePaths;
}

function setsOf(candidates: readonly Target[]): CertificateSet[] {
  return candidates.flatMap((target) => target.certificates.map((paths) => ({ target, paths })));
}

function firstReadable(candidates: readonly Target[], { file }: TargetPorts): CertificateSet | undefined {
  return setsOf(candidates).find(({ paths: { cacert, cert, key } }) =>
    [cacert, cert, key].every((path) => file(path) === 'readable'),
  );
}

function namesOwn({ cacert, cert, key }: EtcdOptionValues): boolean {
  return [cacert, cert, key].some((path) => path !== undefined);
}

function endpointsOf({ endpoints }: Target, given: EtcdOptionValues): EtcdOptionValues {
  return given.endpoints === undefined ? { etcd: endpoints.join() } : {};
}
