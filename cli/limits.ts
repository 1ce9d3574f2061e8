/** For one node or cluster, in milliseconds, where --timeout gives no other. */
export const DEFAULT_TIMEOUT = 60_000;

/** For one source of a node, in milliseconds: `ovs-vsctl --timeout=5` and its like are to end by themselves before. */
export const SOURCE_TIMEOUT = 10_000;

/** What a run's options are where they are not given. */
export const DEFAULT_FLAGS = {
  nodeAccess: 'none',
  timeout: `${DEFAULT_TIMEOUT / 1000}s`,
  concurrency: '16',
  wait: '0s',
  color: true,
} as const;
