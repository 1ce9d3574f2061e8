import { type Problem, refuse } from './error.ts';
import type { InventoryNode } from './node.ts';

/** Where a node's key stands, for messages: `file:line`. */
export type Where = (node: number, key: string) => string;

/**
 * Refuses nodes that contradict each other, and gives them with the roles that their pairs tell.
 *
 * @throws {InventoryError}
 */
export function consistent(nodes: readonly InventoryNode[], where: Where): readonly InventoryNode[] {
  refuse([...duplicates(nodes, where), ...pairProblems(nodes, where)]);
  const dpus = new Set(nodes.map(({ dpu }) => dpu));
  return nodes.map((node) => {
    const told = node.dpu !== undefined ? 'dpu-host' : dpus.has(node.name) ? 'dpu' : undefined;
    return told === undefined ? node : { ...node, role: told };
  });
}

function duplicates(nodes: readonly InventoryNode[], where: Where): Problem[] {
  const problems: Problem[] = [];
  const byName = new Map<string, number>();
  const byAddress = new Map<string, number>();
  nodes.forEach((node, index) => {
    const named = byName.get(node.name);
    if (named === undefined) byName.set(node.name, index);
    else
      problems.push({
        message: `${where(index, 'name')}: ${node.name}: ${where(named, 'name')} has a node of that name`,
        hint: 'Give every node a name of its own: reports and pairs go by it.',
      });
    const address = addressOf(node);
    const reached = byAddress.get(address);
    if (reached === undefined) byAddress.set(address, index);
    else if (named === undefined)
      problems.push({
        message: `${where(index, 'ssh')}: ${node.name} is reached the same way as ${nodes[reached]?.name} (${address})`,
        hint: 'Two nodes are two machines: correct one of the addresses, or leave one node out.',
      });
  });
  return problems;
}

/** What tells two ways to a node apart; the user and the key lead to the same machine. */
export function addressOf({ name, access }: InventoryNode): string {
  switch (access.kind) {
    case 'none':
      return `none:${name}`;
    case 'ssh': {
      const { address, port, proxyJump } = access.ssh;
      const host = address.includes(':') ? `[${address}]` : address;
      const way = `ssh://${host.toLowerCase()}:${port ?? 22}`;
      return proxyJump === undefined ? way : `${way} through ${proxyJump}`;
    }
    case 'pod':
      return `pod:${name}`;
    case 'container':
      return `container://${access.engine}/${access.container}`;
    case 'recorded':
      return `recorded:${access.file}`;
    case 'local':
      return 'local:';
  }
}

function pairProblems(nodes: readonly InventoryNode[], where: Where): Problem[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const hostOf = new Map<string, string>();
  return nodes.flatMap((node, index): Problem[] => {
    if (node.dpu === undefined) return [];
    const dpu = byName.get(node.dpu);
    const claimedBy = hostOf.get(node.dpu);
    hostOf.set(node.dpu, node.name);
    const [message, hint] = pairProblem(node, dpu, claimedBy);
    return message === undefined ? [] : [{ message: `${where(index, 'dpu')}: ${message}`, hint }];
  });
}

type Complaint = readonly [message: string | undefined, hint: string];

function pairProblem(
  host: InventoryNode,
  dpu: InventoryNode | undefined,
  claimedBy: string | undefined,
): Complaint {
  if (dpu === undefined)
    return [
      `${host.name}: its DPU ${host.dpu} is not among the nodes`,
      'Add the DPU as a node, or leave the key out.',
    ];
  if (dpu === host) return [`${host.name} is its own DPU`, "Name the DPU's node, or leave the key out."];
  if (host.role !== undefined && host.role !== 'dpu-host')
    return [
      `${host.name} has a DPU and the role ${host.role}`,
      'The key dpu stands on a DPU host: correct the role, or leave the key out.',
    ];
  if ((dpu.role !== undefined && dpu.role !== 'dpu') || dpu.dpu !== undefined) {
    const what = dpu.dpu === undefined ? `has the role ${dpu.role}` : 'has a DPU of its own';
    return [`${host.name}: its DPU ${dpu.name} ${what}`, 'Name a node whose role is dpu.'];
  }
  if (claimedBy !== undefined)
    return [
      `${host.name} and ${claimedBy} have the same DPU, ${dpu.name}`,
      'A DPU has one host: correct one of the two.',
    ];
  if (host.simulation !== undefined && dpu.simulation !== undefined && host.simulation !== dpu.simulation)
    return [
      `${host.name} is simulated by ${host.simulation} and its DPU ${dpu.name} by ${dpu.simulation}`,
      'Both sides of a pair are simulated in the same way: correct one of the two.',
    ];
  return [undefined, ''];
}
