import { type Found, writeInventory } from '../inventory/write.ts';
import { safeLine } from '../reporters/safe-text.ts';
import type { ClusterRound } from '../runner/clusters.ts';
import { EXIT } from '../runner/report.ts';
import { onInterrupt } from './interrupt.ts';
import { type Request, runRequest } from './request.ts';
import type { RunFlags } from './run.ts';

export type InventoryFlags = Omit<RunFlags, 'wait' | 'report' | 'record'>;

/** Asks the clusters which nodes there are and prints them as an inventory file; gives the exit code. */
export async function inventoryCommand(flags: InventoryFlags): Promise<number> {
  // Where nothing is named, the cluster that kubectl talks to: this machine alone needs no inventory.
  const request = await runRequest('cluster', { ...flags, wait: '0s' });
  const interrupt = onInterrupt();
  try {
    const round = await ask(request, interrupt.signal);
    const failures = (round?.clusters ?? []).flatMap(({ name, unreachable, facts }) => {
      const nodes = facts.get('nodes');
      const failure = unreachable ?? (nodes?.ok === false ? nodes.failure : undefined);
      return failure === undefined ? [] : [{ name, ...failure }];
    });
    const text = writeInventory(foundOf(request, round));
    await new Promise<void>((done) => process.stdout.write(text, () => done()));
    for (const { name, message, hint } of failures)
      process.stderr.write(
        `cluster ${safeLine(name)}: ${safeLine(message)}\n${hint === undefined ? '' : `  ${safeLine(hint)}\n`}`,
      );
    if (interrupt.signal.aborted) return EXIT.interrupted;
    return failures.length > 0 ? EXIT.undetermined : EXIT.healthy;
  } finally {
    interrupt.end();
  }
}

async function ask(request: Request, signal: AbortSignal): Promise<ClusterRound | undefined> {
  if ((request.clusters ?? []).length === 0) return undefined;
  const { askClusters } = await import('../runner/clusters.ts');
  return askClusters({ ...request, signal, listen: () => undefined }, []);
}

function foundOf({ nodes, notes, nodeAccess }: Request, round: ClusterRound | undefined): Found {
  return {
    nodes: round?.nodes ?? nodes,
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
      ...(nodeAccess === 'none' && round !== undefined
        ? ['access: none is a node that nobody logs in to; --node-access ssh writes its InternalIP instead.']
        : []),
    ],
  };
}
