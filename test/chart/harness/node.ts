import type { ControlPlane } from '../../cluster/harness/start-control-plane.ts';
import type { Scene } from '../../etcd/harness/scene.ts';

/** What stands in for kubelet and nodes. */
export type Node = {
  readonly scene: Scene;
  /** Absent where the API server is down. */
  readonly world?: ControlPlane;
  readonly namespace: string;
  /** Names of Services and where they lead, as a cluster's DNS would tell. */
  readonly names: Map<string, string>;
  /** What stands in for directories of the node, by path. */
  readonly hostPaths?: ReadonlyMap<string, string>;
  /** What stands in for the volumes of PersistentVolumeClaims, by the claim's name. */
  readonly claims?: ReadonlyMap<string, string>;
};
