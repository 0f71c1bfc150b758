/** What resolving a target asks of the cluster that it runs in. */
export interface ClusterReader {
  /** A Secret's data by key; undefined where there is no such Secret. Throws a Problem where it may not be read. */
  secret(namespace: string, name: string): Promise<ReadonlyMap<string, Uint8Array> | undefined>;
  statefulSet(namespace: string, name: string): Promise<StatefulSetFacts | undefined>;
}

export interface StatefulSetFacts {
  readonly replicas: number;
  /** `command` and `args` of its first container. */
  readonly command: readonly string[];
}
