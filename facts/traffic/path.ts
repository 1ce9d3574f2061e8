/** The kinds of ways that a pod's traffic takes, in the order in which they are reported: what others hang on first. */
export const PATH_KINDS = [
  'pod-to-pod-on-node',
  'pod-to-pod',
  'pod-to-management-port',
  'pod-to-node',
  'pod-to-other-node',
  'node-to-pod',
  'pod-to-cluster-ip',
  'pod-to-node-port',
  'pod-to-gateway',
  'hairpin',
] as const;

export type PathKind = (typeof PATH_KINDS)[number];

/** From where traffic is sent: a pod, a network namespace of a node, or a node itself. */
export interface Endpoint {
  readonly kind: 'pod' | 'netns' | 'node';
  /**
   * Unique in a run, and the same in the next: `default/web` for a pod, `on-host1-1` for one that the run has made,
   * `host1:pod1` for a namespace, `host1` for a node.
   */
  readonly name: string;
  /** The target that is the node it is on. */
  readonly node: string;
  /** The target that is the DPU of that node, where one is known. */
  readonly dpu: string | undefined;
  /** Without prefix length; those of IPv4 first. */
  readonly addresses: readonly string[];
  /** Its interface that has these addresses, such as eth0; undefined where none is known. */
  readonly interface: string | undefined;
  /** Of that interface, in bytes. */
  readonly mtu: number | undefined;
  /** It shares the node's network: nothing of it goes through a VF, so the DPU can't accelerate it. */
  readonly hostNetwork: boolean;
  /** Of a network namespace of a node: its file there, such as /run/netns/pod1. */
  readonly netns?: string;
  /** Of a pod. */
  readonly pod?: { readonly namespace: string; readonly name: string; readonly container: string };
}

/** To where traffic is sent. */
export interface Destination {
  /** For people: an endpoint's name, `ClusterIP of on-host1-1`, `gateway 10.0.0.1`. */
  readonly name: string;
  readonly address: string;
  /** Of TCP. */
  readonly port?: number;
  /** The endpoint that answers, where one of the run's does. */
  readonly endpoint?: Endpoint;
  /** The target that is the node on which the packets should arrive, where it is known. */
  readonly node?: string;
}

/** One way on which traffic is sent, in both directions: a request and its reply. */
export interface Path {
  /** Unique in a run and steady between runs of equal endpoints. */
  readonly id: string;
  readonly kind: PathKind;
  readonly protocol: 'icmp' | 'tcp';
  readonly family: 4 | 6;
  readonly from: Endpoint;
  readonly to: Destination;
  /**
   * `small`: the program's default. `mtu`: the largest packet that fits the sender's MTU, with don't-fragment. `over-mtu`:
   * one byte more, with don't-fragment, which must be refused.
   */
  readonly size: 'small' | 'mtu' | 'over-mtu';
  /** Documented not to work in this topology, and where that is said; no failure then. */
  readonly expectedGap?: string;
}

/** How a path is called in reports: `default/a → default/b, ICMP, IPv4, at the MTU`. */
export function pathTitle({ protocol, family, from, to, size }: Path): string {
  const sized = { small: [], mtu: ['at the MTU'], 'over-mtu': ['one byte over the MTU'] }[size];
  return [`${from.name} → ${to.name}`, protocol.toUpperCase(), `IPv${family}`, ...sized].join(', ');
}
