import type { FlowMatch } from '../counters/flows.ts';
import type { Hop } from '../location.ts';

/** Where a hop's packets are counted. */
export type Count =
  /** The device of an endpoint, counted in the endpoint's own network namespace. */
  | { readonly by: 'endpoint' }
  /** A network device of the node. */
  | { readonly by: 'device' }
  /** The datapath's flows that this very packet can be in. */
  | { readonly by: 'flows'; readonly match: FlowMatch }
  /** An OpenFlow port, whatever passes it. */
  | { readonly by: 'port'; readonly bridge: string; readonly port: number };

export interface CountedHop {
  readonly hop: Hop;
  readonly count: Count;
  /** Of hops that an endpoint has: whose it is. */
  readonly endpoint?: 'from' | 'to';
  /** The packets may take another way than past it: only that they were seen there tells something. */
  readonly mayBypass?: true;
}

/** The hops of a path in the order in which its packets pass, and what of the way is not known. */
export interface Way {
  readonly hops: readonly CountedHop[];
  readonly gaps: readonly string[];
}
