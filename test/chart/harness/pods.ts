import type { Rendered } from './helm.ts';

export type Container = {
  readonly name: string;
  readonly args?: readonly string[];
  readonly command?: readonly string[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[];
  readonly [field: string]: unknown;
};

export type PodSpec = {
  readonly containers: readonly Container[];
  readonly serviceAccountName?: string;
  readonly terminationGracePeriodSeconds?: number;
  readonly securityContext?: { readonly runAsUser?: number; readonly fsGroup?: number };
  readonly [field: string]: unknown;
};

type Template = { readonly metadata?: object; readonly spec: PodSpec };

/** The pods that an object makes, or is. */
export function podOf(object: Rendered): Template | undefined {
  const { kind } = object;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the API server checks their shape in another test
  const of = object as unknown as { spec: PodSpec & { template: Template; jobTemplate: { spec: { template: Template } } } };
  if (kind === 'Deployment') return of.spec.template;
  if (kind === 'CronJob') return of.spec.jobTemplate.spec.template;
  if (kind === 'Pod') return { metadata: object.metadata, spec: of.spec };
  return undefined;
}
