/** What is needed to run containerd and kubelet for a node. */
export interface NodePlan {
  name: string;
  /** InternalIP. */
  address: string;
  /** The lab's files. */
  labDirectory: string;
  /** The node's files, by the same path inside the node. */
  directory: string;
  /** Runs a program inside the node when put before it. */
  enter: readonly string[];
  /** Below which kubelet makes the pods' cgroups; it is there already. */
  cgroup: string;
  /** The node's CNI configuration. */
  cni: unknown;
  /** The archive with the images that pods can have. */
  images: string;
  kubelet: string;
}
