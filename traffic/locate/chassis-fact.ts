import { defineFact } from '../../facts/fact.ts';
import { type Link, links } from '../../facts/links.ts';
import { type Ovs, ovs } from '../../facts/ovs.ts';

/** What may have changed on a node since the run began: pods of the run have got their ports meanwhile. */
export const chassisFact = defineFact({
  title: "Open vSwitch's ports and the node's links",
  sources: { ...ovs.sources, ...links.sources },
  parse: ({ tables, addr }): { readonly ovs: Ovs; readonly links: readonly Link[] } => ({
    ovs: ovs.parse({ tables }),
    links: links.parse({ addr }),
  }),
});
