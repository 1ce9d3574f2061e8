import type { Endpoint, Path } from '../../facts/traffic/path.ts';
import { PATH_KINDS } from '../../facts/traffic/path.ts';
import { loadInventory } from '../../inventory/load.ts';
import { gather } from '../../runner/gather.ts';
import { askFact } from '../../traffic/ask-fact.ts';
import { type OpenContext, openContext } from '../../traffic/context.ts';
import { namespaceSenders } from '../../traffic/endpoints/hosts.ts';
import { nodeNetwork } from '../../traffic/endpoints/node-network.ts';

/** What a traffic run works with, over the nodes of an inventory, and the network namespaces on them. */
export async function trafficContext(
  inventoryFile: string,
): Promise<{ context: OpenContext; endpoint: (name: string) => Endpoint }> {
  const signal = new AbortController().signal;
  const { nodes } = await loadInventory(inventoryFile);
  const gathered = await Promise.all(
    nodes.map((node) => gather(node, 'all', { timeout: 60_000, sourceTimeout: 20_000, signal })),
  );
  const context = openContext(
    { nodes: gathered, clusters: [] },
    {
      runId: 'test',
      image: '',
      selection: 'all',
      kinds: PATH_KINDS,
      packets: 5,
      pods: [],
      keepOnFailure: false,
      concurrency: 4,
      timeout: 60_000,
      signal,
      progress: () => {},
    },
  );
  const endpoints = await Promise.all(
    gathered.map(async (node) => {
      const shell = node.role === 'dpu-host' ? context.nodeShell(node.node.name) : undefined;
      const network = shell && (await askFact(shell, nodeNetwork, context.options));
      return network?.ok ? namespaceSenders(node, network.value).map(({ endpoint }) => endpoint) : [];
    }),
  );
  const byName = new Map(endpoints.flat().map((endpoint) => [endpoint.name, endpoint]));
  return {
    context,
    endpoint(name) {
      const found = byName.get(name);
      if (found === undefined) throw new Error(`no endpoint ${name}: ${[...byName.keys()].join(', ')}`);
      return found;
    },
  };
}

/** The ping from one endpoint to another. */
export const pathBetween = (from: Endpoint, to: Endpoint, options: Partial<Path> = {}): Path => ({
  id: `${from.name} ${to.name} ${options.size ?? 'small'}`,
  kind: from.node === to.node ? 'pod-to-pod-on-node' : 'pod-to-pod',
  protocol: 'icmp',
  family: 4,
  from,
  to: { name: to.name, address: to.addresses[0] ?? '', endpoint: to, node: to.node },
  size: 'small',
  ...options,
});
