import { bridgeName, gatewayAddress, netnsName, nodeAddress, portName } from './names.ts';
import type { LinkEnd, NodePlan, Plan } from './plan.ts';

/** The `ip` commands that make a lab's namespaces and every link of it. */
export function linkCommands(index: number, plan: Plan): string[] {
  const bridge = bridgeName(index);
  const end = ({ node, netdev, mac }: LinkEnd) =>
    `${netdev} ${mac === undefined ? '' : `address ${mac} `}netns ${netnsName(index, node)}`;
  return [
    `link add ${bridge} type bridge`,
    `addr add ${gatewayAddress(index)}/24 dev ${bridge}`,
    `link set ${bridge} up`,
    ...[...plan.nodes, ...(plan.namespaces ?? [])].map(({ name }) => `netns add ${netnsName(index, name)}`),
    ...plan.nodes.flatMap(({ name, management }, number) => {
      const port = portName(index, number);
      if (management === undefined) return [`addr add ${nodeAddress(index, number)}/32 dev ${bridge}`];
      return [
        `link add ${port} type veth peer name ${management} netns ${netnsName(index, name)}`,
        `link set ${port} master ${bridge} up`,
      ];
    }),
    ...plan.links.map(([a, b]) => `link add ${end(a)} type veth peer name ${end(b)}`),
  ];
}

/** The `ip` commands for inside a node that bring its management address up. */
export function managementCommands(index: number, number: number, node: NodePlan): string[] {
  const { management, defaultRoute } = node;
  if (management === undefined) return [];
  return [
    `addr add ${nodeAddress(index, number)}/24 dev ${management}`,
    `link set ${management} up`,
    ...(defaultRoute ? [`route add default via ${gatewayAddress(index)} dev ${management}`] : []),
  ];
}
