/**
 * Checks of nodes that name what packets can't pass: where traffic dies at that very thing, it is the same broken link,
 * and the node's own check tells more of it. Those that say how well a thing works, such as of offload, are none.
 */
export const NAMES_WHAT_DROPS: ReadonlySet<string> = new Set([
  'gateway/management-port-up',
  'ovs/daemons',
  'ovs/encap-ip',
  'ovs/encap-mtu',
  'ovs/host-representor-port',
  'ovs/management-port',
  'ovs/patch-ports',
  'ovs/pod-representors',
  'ovs/port-errors',
  'ovs/ports-up',
  'ovs/uplink-port',
]);
