/** How much of the past stays after a compaction. */
export type Keep = { readonly revisions: number } | { readonly milliseconds: number };

export type Budget = { readonly share: number } | { readonly bytes: number };

/** What the administrator decided; the rest is seen. */
export interface MaintenanceSettings {
  /** A file above it triggers. */
  readonly budget: Budget;
  /** Free pages in the file, as a share of it, that trigger. */
  readonly maxFragmentation: number;
  readonly keep: Keep;
  /** Nobody asked for just that: less may be kept where the database would stay full otherwise. */
  readonly keepIsDefault: boolean;
  readonly evidence: boolean;
  /** Where no member states its quota. */
  readonly quotaBytes?: number;
  /** Where a member's disk cannot be seen. */
  readonly freeDiskBytes?: number;
  /** How long a member may be silent until its kubelet restarts it; absent where it runs under none. */
  readonly probeBudgetMs?: number;
  /** How flags of etcd are set where it runs, and how that takes effect; absent where only endpoints are known. */
  readonly howToSet?: {
    settings(flags: readonly (readonly [name: string, value: string])[]): string;
    readonly restart: string;
  };
  /** Defragment under etcd 3.5.0 to 3.5.2 all the same. */
  readonly acceptVersionRisk: boolean;
  /** Defragment the only voter, or one whose leadership cannot be moved, although etcd is out meanwhile. */
  readonly acceptOutage: boolean;
}
