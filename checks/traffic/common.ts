import type { ClusterFactName } from '../../facts/cluster/index.ts';
import { DPU_CHAIN_FACTS, HOST_CHAIN_FACTS } from '../../facts/derived/chain/input.ts';
import type { FactName } from '../../facts/index.ts';

/** What nodes are asked before traffic is sent: it tells the ways that packets take. */
export const TRAFFIC_FACTS = [
  ...new Set([...HOST_CHAIN_FACTS, ...DPU_CHAIN_FACTS, 'routes' as const]),
] satisfies readonly FactName[];

/** What clusters are asked: it tells where pods can be made, and with what. */
export const TRAFFIC_CLUSTER_FACTS = [
  'networkAttachments',
  'nodes',
  'pods',
] as const satisfies readonly ClusterFactName[];
