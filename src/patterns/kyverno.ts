import type { PrefixCount } from '../model/counts.ts';
import type { ResourceKey } from '../model/resource.ts';

type Kind = Pick<ResourceKey, 'group' | 'resource'>;

/** Reports that Kyverno writes for itself and folds into policy reports: `kyverno.io` up to 1.11, `reports.kyverno.io` since 1.12. */
export function isIntermediateReport({ group, resource }: Kind): boolean {
  if (group === 'reports.kyverno.io') return resource === 'ephemeralreports' || resource === 'clusterephemeralreports';
  return group === 'kyverno.io' && /^(cluster)?(admissionreports|backgroundscanreports)$/.test(resource);
}

/** The reports users read: the working group's format and its successor. */
export function isPolicyReport({ group, resource }: Kind): boolean {
  if (group === 'wgpolicyk8s.io') return resource === 'policyreports' || resource === 'clusterpolicyreports';
  return group === 'openreports.io' && (resource === 'reports' || resource === 'clusterreports');
}

/** Work that Kyverno's generate and mutate-existing rules leave to its background controller. */
export function isUpdateRequest({ group, resource }: Kind): boolean {
  return group === 'kyverno.io' && resource === 'updaterequests';
}

export const isKyvernoReporter = (reporter: string): boolean => /^kyverno(-|$)/.test(reporter);

/** Prefixes that Kyverno alone writes, as long as it is there. */
export function kyvernoPrefixes(prefixes: readonly PrefixCount[]): readonly PrefixCount[] {
  return prefixes.filter((prefix) => isIntermediateReport(prefix) || isPolicyReport(prefix) || isUpdateRequest(prefix));
}
