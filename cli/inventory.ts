import { hostNodeNameMatches } from '../checks/ovs/host-node-name-matches.ts';
import type { InventoryNode } from '../inventory/node.ts';
import { type Found, writeInventory } from '../inventory/write.ts';
import { safeLine } from '../reporters/safe-text.ts';
import type { ClusterRound } from '../runner/clusters.ts';
import type { RunListener } from '../runner/events.ts';
import type { GatheredNode } from '../runner/gather.ts';
import { EXIT } from '../runner/report.ts';
import { gatherFirst } from '../runner/run.ts';
import { onInterrupt } from './interrupt.ts';
import { output } from './output.ts';
import { type Request, runRequest } from './request.ts';
import type { RunFlags } from './run.ts';

export type InventoryFlags = Omit<RunFlags, 'wait' | 'report' | 'record'>;

/** Which nodes there are, and what those said that were logged in to. */
interface Asked {
  readonly nodes: readonly InventoryNode[];
  readonly round: ClusterRound | undefined;
  readonly gathered: readonly GatheredNode[];
}

/** Prints the nodes of the clusters and those that were named as an inventory file; gives the exit code. */
export async function inventoryCommand(flags: InventoryFlags): Promise<number> {
  // Where nothing is named, the cluster that kubectl talks to: this machine alone needs no inventory.
  const request = await runRequest('cluster', { ...flags, wait: '0s' });
  const interrupt = onInterrupt();
  const out = await output(flags);
  try {
    const asked = await ask(request, interrupt.signal, out.listen);
    out.stop();
    const text = writeInventory(foundOf(request, asked));
    await new Promise<void>((done) => process.stdout.write(text, () => done()));
    const failures = failuresOf(asked);
    for (const { name, message, hint } of failures)
      process.stderr.write(
        `${safeLine(name)}: ${safeLine(message)}\n${hint === undefined ? '' : `  ${safeLine(hint)}\n`}`,
      );
    if (interrupt.signal.aborted) return EXIT.interrupted;
    return failures.length > 0 ? EXIT.undetermined : EXIT.healthy;
  } finally {
    interrupt.end();
    out.stop();
  }
}

async function ask(request: Request, signal: AbortSignal, listen: RunListener): Promise<Asked> {
  if (request.nodeAccess === 'ssh' || request.nodeAccess === 'exec') {
    // What this check needs of hosts and DPUs tells which of them belong together, and what they are.
    const checks = [hostNodeNameMatches];
    const { gathered, round } = await gatherFirst({ ...request, checks, signal, listen });
    return { nodes: gathered.map(known), round, gathered };
  }
  if ((request.clusters ?? []).length === 0) return { nodes: request.nodes, round: undefined, gathered: [] };
  const { askClusters } = await import('../runner/clusters.ts');
  const round = await askClusters({ ...request, signal, listen: () => undefined }, []);
  return { nodes: round.nodes, round, gathered: [] };
}

/** The node with what it showed itself to be, where nothing else told. */
const known = ({ node, role, roleGround, simulation }: GatheredNode): InventoryNode => ({
  ...(role === undefined ? {} : { role, roleGround }),
  ...(simulation === undefined ? {} : { simulation }),
  ...node,
});

function failuresOf({ round, gathered }: Asked) {
  return [
    ...(round?.clusters ?? []).flatMap(({ name, unreachable, facts }) => {
      const nodes = facts.get('nodes');
      const failure = unreachable ?? (nodes?.ok === false ? nodes.failure : undefined);
      return failure === undefined ? [] : [{ ...failure, name: `cluster ${name}` }];
    }),
    ...gathered.flatMap(({ node, unreachable }) =>
      unreachable === undefined
        ? []
        : [{ name: node.name, message: unreachable.message, hint: unreachable.hint }],
    ),
  ];
}

const NOT_LOGGED_IN =
  'nobody was logged in to. What only a DPU tells, the name of its host in Open vSwitch (external_ids:host-k8s-nodename), made no pair here: --node-access ssh or exec asks.';

function foundOf({ notes, nodeAccess = 'none' }: Request, { nodes, round, gathered }: Asked): Found {
  return {
    nodes,
    clusters: (round?.asked ?? []).map(({ target, name, uri, unreachable, view }, index) => ({
      ...target,
      name,
      remarks: [
        unreachable === undefined ? uri : `could not be asked: ${unreachable.message}`,
        ...(view?.unread ?? []).map((title) => `could not be read, and tells nothing of the nodes: ${title}`),
        ...(round?.clusters[index]?.subject.contradictions ?? []).flatMap(({ signs }) =>
          signs.map((sign) => `contradiction: ${sign}`),
        ),
      ],
    })),
    remarks: [
      'As dpu-doctor inventory found it: above each node, what tells its role and its DPU. Correct what is wrong.',
      ...notes,
      ...(nodeAccess === 'none' ? [NOT_LOGGED_IN] : []),
      ...(nodeAccess === 'none' && round !== undefined
        ? ['access: none is a node that nobody logs in to; --node-access ssh writes its InternalIP instead.']
        : []),
      ...(nodeAccess === 'exec'
        ? [
            'access: exec is a node that is examined through a pod of OVN-Kubernetes on it; which pod is found anew each time.',
          ]
        : []),
    ],
    nodeRemarks: new Map(
      gathered.flatMap(({ node, unreachable, pairDoubt }) => {
        const told = [
          ...(unreachable === undefined ? [] : [`could not be examined: ${unreachable.message}`]),
          ...(pairDoubt === undefined ? [] : [`its DPU is not told: ${pairDoubt}`]),
        ];
        return told.length === 0 ? [] : [[node.name, told] as const];
      }),
    ),
  };
}
