import type { ResourceKey } from './resource.ts';

/** What is written how often right now. */
export interface HotKey {
  /** As etcd stores it. */
  readonly key: string;
  /** undefined where the key is not one of Kubernetes'. */
  readonly resource: ResourceKey | undefined;
  readonly perMinute: number;
  /** Patterns of the findings that name it. */
  readonly findings: readonly string[];
}
