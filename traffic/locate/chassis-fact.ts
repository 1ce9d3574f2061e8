import { defineFact } from '../../facts/fact.ts';
import { type Link, links } from '../../facts/links.ts';
import { type Netdev, netdevs } from '../../facts/netdevs.ts';
import { type Ovs, ovs } from '../../facts/ovs.ts';

export interface ChassisAnswer {
  readonly ovs: Ovs;
  readonly links: readonly Link[];
  readonly netdevs: ReadonlyMap<string, Netdev>;
}

/** Asked at this moment, whatever was asked before: pods of the run have got their ports meanwhile. */
export const chassisFact = defineFact({
  title: "Open vSwitch's ports and the node's links",
  sources: {
    ...ovs.sources,
    ...links.sources,
    netdevLinks: netdevs.sources.links,
    netdevValues: netdevs.sources.values,
  },
  parse: ({ tables, addr, netdevLinks, netdevValues }): ChassisAnswer => ({
    ovs: ovs.parse({ tables }),
    links: links.parse({ addr }),
    netdevs: netdevs.parse({ links: netdevLinks, values: netdevValues, addr }),
  }),
});
