import type { Outcome } from '../../facts/fact.ts';
import type { FactName } from '../../facts/index.ts';
import type { Endpoint } from '../../facts/traffic/path.ts';
import { judgeOffload } from '../../facts/traffic/proof/offload.ts';
import type { OffloadJudgement } from '../../facts/traffic/proof/verdict.ts';
import type { StreamObservation } from '../../facts/traffic/stream.ts';
import { loadInventory } from '../../inventory/load.ts';
import { type GatheredNode, gather } from '../../runner/gather.ts';
import { openContext } from '../../traffic/context.ts';
import { observeStream } from '../../traffic/stream/observe.ts';

/** A stream as a run of traffic sends it, judged, and what the nodes told before. */
export interface Streamed {
  readonly observation: StreamObservation;
  readonly judged: OffloadJudgement;
  readonly facts: (node: string) => ReadonlyMap<FactName, Outcome<unknown>>;
}

export async function stream(
  inventoryFile: string,
  client: Endpoint,
  server: Endpoint,
  family: 4 | 6 = 4,
): Promise<Streamed> {
  const { nodes } = await loadInventory(inventoryFile);
  const limits = { timeout: 60_000, sourceTimeout: 20_000, signal: AbortSignal.timeout(120_000) };
  const gathered = await Promise.all(nodes.map((node) => gather(node, 'all', limits)));
  const context = openContext(
    { nodes: gathered, clusters: [] },
    {
      ...limits,
      runId: 'test',
      image: '',
      selection: 'all',
      kinds: [],
      packets: 1,
      pods: [],
      keepOnFailure: false,
      concurrency: 1,
      progress: () => {},
    },
  );
  try {
    const observed = await observeStream({ client, server, family }, context);
    if (!observed.ok) throw new Error(JSON.stringify(observed.failure));
    const factsOf = (name: string): GatheredNode['facts'] =>
      gathered.find(({ node }) => node.name === name)?.facts ?? new Map();
    return { observation: observed.value, judged: judgeOffload(observed.value), facts: factsOf };
  } finally {
    await context.close();
  }
}

/** A network namespace of a node as an endpoint. */
export const namespaceOf = (
  node: string,
  name: string,
  addresses: readonly string[],
  dpu?: string,
): Endpoint => ({
  kind: 'netns',
  name: `${node}:${name}`,
  node,
  dpu,
  addresses,
  interface: 'eth0',
  mtu: 1500,
  hostNetwork: false,
  netns: `/run/netns/${name}`,
});
