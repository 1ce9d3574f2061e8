/** For one node or cluster, in milliseconds, where --timeout gives no other. */
export const DEFAULT_TIMEOUT = 60_000;

/** For one source of a node, in milliseconds: `ovs-vsctl --timeout=5` and its like are to end by themselves before. */
export const SOURCE_TIMEOUT = 10_000;
