import type { Endpoint, PathKind } from '../../facts/traffic/path.ts';
import type { MadeService } from '../objects/index.ts';
import type { Selection } from '../options.ts';

/** A node whose pods exchange traffic, with the places on it that they send to. */
export interface PlannedHost {
  readonly node: string;
  /** From where packets can be sent as from the node itself; undefined where nothing leads there. */
  readonly sender: Endpoint | undefined;
  /** The node's own, without prefix length. */
  readonly addresses: readonly string[];
  /** Of its management port, ovn-k8s-mp0. */
  readonly managementPort: readonly string[];
  /** The routers outside, by which packets leave the cluster from this node. */
  readonly gateways: readonly string[];
  /** Why traffic to and from it is documented not to work, and where; undefined where it must. */
  readonly gap: string | undefined;
}

/** What paths are planned from. */
export interface PlanInput {
  /** Pods and network namespaces. */
  readonly pods: readonly Endpoint[];
  readonly hosts: readonly PlannedHost[];
  readonly services: readonly Pick<MadeService, 'name' | 'endpoint' | 'addresses' | 'port' | 'nodePort'>[];
  /** Endpoints to which TCP is sent; there is none to the others. */
  readonly listeners: ReadonlyMap<Endpoint, Listener>;
}

/** How an endpoint takes TCP connections. */
export interface Listener {
  readonly port: number;
  /** Whatever listens there takes any number of connections. Otherwise each path is given a port of its own, from `port` on. */
  readonly shared: boolean;
}

export interface PlanOptions {
  readonly kinds: readonly PathKind[];
  readonly selection: Selection;
  readonly runId: string;
}
