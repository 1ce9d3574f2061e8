/** What is on record about a node that runs a kubelet. */
export interface NodeState {
  name: string;
  address: string;
  /** The pid by which the machine knows the node's PID 1. */
  pid: number;
}
