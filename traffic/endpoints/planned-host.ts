import type { ClusterNode } from '../../facts/cluster/nodes.ts';
import { jsonOf, withoutPrefix } from '../../facts/derived/cluster/addresses-of-dpu.ts';
import type { Outcome } from '../../facts/fact.ts';
import { record, text, texts } from '../../facts/json.ts';
import type { Ovs } from '../../facts/ovs.ts';
import type { Endpoint } from '../../facts/traffic/path.ts';
import type { TrafficInput, TrafficNode } from '../input.ts';
import type { PlannedHost } from '../plan/input.ts';
import { managementPortOf } from './hosts.ts';
import type { NodeNetwork } from './node-network.ts';
import { secondAddress } from './subnet.ts';

/** What of a node tells where its pods send to. */
export interface HostSigns {
  readonly node: TrafficNode;
  /** As the node itself shows it; undefined where nobody could ask it. */
  readonly network: NodeNetwork | undefined;
  /** From where packets are sent as from the node. */
  readonly sender: Endpoint | undefined;
}

/** The places on a node, and outside it, to which its pods send. What the cluster says counts before what nodes show. */
export function plannedHost({ node, network, sender }: HostSigns, input: TrafficInput): PlannedHost {
  const object = nodeObject(node, input);
  const reported = object?.internalAddresses ?? [];
  const subnets = object === undefined ? [] : texts(record(jsonOf(object, NODE_SUBNETS))['default']);
  const shown = network === undefined ? [] : managementPortOf(network);
  return {
    node: node.node.name,
    sender,
    addresses: reported.length > 0 ? reported : (sender?.addresses ?? []),
    managementPort: subnets.length > 0 ? subnets.flatMap((subnet) => secondAddress(subnet) ?? []) : shown,
    gateways: gatewaysOf(node, object, input),
    gap: gapOf(node),
  };
}

/** OVN-Kubernetes gives the second address of a node's subnet to its management port (util.GetNodeManagementIfAddr). */
const NODE_SUBNETS = 'k8s.ovn.org/node-subnets';
const GATEWAY_CONFIG = 'k8s.ovn.org/l3-gateway-config';

/** Where OVN's gateway router sends what leaves the cluster: by the node's annotation, else by its DPU's Open vSwitch. */
function gatewaysOf(
  node: TrafficNode,
  object: ClusterNode | undefined,
  input: TrafficInput,
): readonly string[] {
  const config = object === undefined ? {} : record(record(jsonOf(object, GATEWAY_CONFIG))['default']);
  const hops = [...texts(config['next-hops']), text(config, 'next-hop')];
  const annotated = [...new Set(hops.map(withoutPrefix).filter((hop) => hop !== ''))];
  if (annotated.length > 0) return annotated;
  const dpu = input.nodes.find((one) => one.node.name === node.node.dpu);
  const ovs = dpu?.facts.get('ovs') as Outcome<Ovs> | undefined;
  const said = ovs?.ok ? ovs.value.openVSwitch.externalIds.get('ovn-gw-nexthop') : undefined;
  return (said ?? '')
    .split(',')
    .map((hop) => hop.trim())
    .filter((hop) => hop !== '');
}

function nodeObject({ node }: TrafficNode, { clusters }: TrafficInput): ClusterNode | undefined {
  const facts = clusters.find(({ name }) => name === node.kubernetes?.cluster)?.facts;
  const nodes = facts?.get('nodes') as Outcome<readonly ClusterNode[]> | undefined;
  return nodes?.ok ? nodes.value.find(({ name }) => name === node.kubernetes?.node) : undefined;
}

/** Hosts on which documents say that traffic does not work yet. */
function gapOf({ role, simulation }: TrafficNode): string | undefined {
  if (role !== 'dpu-host') return undefined;
  switch (simulation) {
    case 'veth':
      return 'OVN-K will work on DPU nodes but fail on isolated host nodes (expected) (seed K L3)';
    case 'tap':
      return 'On DPUs (infra-2 and infra-3), plumb VF0 (tapx-vf0-i) into OvS: until that is done, nothing gets through (seed S L90)';
    default:
      return undefined;
  }
}
