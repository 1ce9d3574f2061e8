import type { ClusterFactName } from '../../facts/cluster/index.ts';
import { DPU_CHAIN_FACTS, HOST_CHAIN_FACTS } from '../../facts/derived/chain/input.ts';
import type { FactName } from '../../facts/index.ts';
import type { PingExchange } from '../../facts/traffic/exchange.ts';
import { type Judgement, undetermined } from '../define.ts';

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

/** What all checks of paths have in common. `tags` holds nothing else: no other word may choose what sends traffic. */
export const PATH_CHECK = {
  severity: 'error',
  scope: 'path',
  roles: ['dpu-host', 'dpu', 'worker', 'control-plane'],
  tags: ['traffic'],
  requires: TRAFFIC_FACTS,
  requiresCluster: TRAFFIC_CLUSTER_FACTS,
} as const;

/** Percent of the packets that did not come back; not rounded, or one of ten thousand would be none. */
export const lossOf = ({ sent, received }: Pick<PingExchange, 'sent' | 'received'>): number =>
  (100 * (sent - received)) / sent;

/** Where no packet was sent and none refused, nothing is known, whatever the program says. */
export const nothingSent = ({ sent, tooLong, unsent, evidence }: PingExchange): Judgement | undefined =>
  sent > 0 || tooLong || unsent !== undefined
    ? undefined
    : undetermined('no packet was sent', 'Run the ping of the evidence by hand and look why.', evidence);
