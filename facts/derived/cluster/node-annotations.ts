import type { ClusterNode } from '../../cluster/nodes.ts';
import { record, texts } from '../../json.ts';
import { parseSubnet } from '../addresses.ts';
import { jsonOf } from './addresses-of-dpu.ts';
import { oncePer } from './by-node.ts';
import { managementVf } from './management-port.ts';

/* What OVN-Kubernetes writes to nodes (its go-controller/pkg/util/node_annotations.go and subnet_annotations.go). */

export const SUBNETS = 'k8s.ovn.org/node-subnets';
export const GATEWAY = 'k8s.ovn.org/l3-gateway-config';
export const CHASSIS = 'k8s.ovn.org/node-chassis-id';
export const MANAGEMENT_PORT = 'k8s.ovn.org/node-mgmt-port';

export type NodeAnnotation = typeof SUBNETS | typeof GATEWAY | typeof CHASSIS | typeof MANAGEMENT_PORT;

/** Of the default network; as one text in old releases. */
export function subnetsOf(node: ClusterNode): readonly string[] {
  const value = record(jsonOf(node, SUBNETS))['default'];
  return typeof value === 'string' ? [value] : texts(value);
}

/** Whether OVN-Kubernetes can do with what stands there; the annotation is there. */
export function isReadable(node: ClusterNode, annotation: NodeAnnotation): boolean {
  switch (annotation) {
    case SUBNETS:
      return subnetsOf(node).length > 0 && subnetsOf(node).every((text) => parseSubnet(text) !== undefined);
    case GATEWAY:
      return typeof record(record(jsonOf(node, GATEWAY))['default'])['mode'] === 'string';
    case CHASSIS:
      return node.annotations.get(CHASSIS) !== '';
    case MANAGEMENT_PORT:
      return managementVf(node) !== undefined;
  }
}

/** What no other node may have, too. */
export const ownOf = (node: ClusterNode) => [
  ...subnetsOf(node).map((value) => ({ annotation: SUBNETS, what: 'subnet', value })),
  ...[node.annotations.get(CHASSIS)].flatMap((value) =>
    value ? [{ annotation: CHASSIS, what: 'chassis', value }] : [],
  ),
];

/** Which nodes have each subnet and chassis, in the order of their names. */
export const holders = oncePer((nodes: readonly ClusterNode[]) => {
  const found = new Map<string, string[]>();
  for (const node of nodes)
    for (const { annotation, value } of ownOf(node)) {
      const key = `${annotation} ${value}`;
      found.set(key, [...(found.get(key) ?? []), node.name]);
    }
  return found;
});
