import type { Judgement } from '../../checks/define.ts';
import type { PathNode } from '../../checks/define-path.ts';
import { offload } from '../../checks/traffic/offload.ts';
import type { FactName } from '../../facts/index.ts';
import type { Endpoint, Path } from '../../facts/traffic/path.ts';
import { judgeOffload } from '../../facts/traffic/proof/offload.ts';
import type { OffloadJudgement } from '../../facts/traffic/proof/verdict.ts';
import type { StreamObservation } from '../../facts/traffic/stream.ts';
import { loadInventory } from '../../inventory/load.ts';
import { type GatheredNode, gather } from '../../runner/gather.ts';
import { openContext } from '../../traffic/context.ts';
import { observeStream } from '../../traffic/stream/observe.ts';

/** A stream as a run of traffic sends it, and what is said of it. */
export interface Streamed {
  readonly observation: StreamObservation;
  readonly judged: OffloadJudgement;
  /** By the check traffic/offload, with what the nodes told before. */
  readonly verdict: Judgement;
}

export async function stream(
  inventoryFile: string,
  client: Endpoint,
  server: Endpoint,
  { family = 4, signal = AbortSignal.timeout(120_000) }: { family?: 4 | 6; signal?: AbortSignal } = {},
): Promise<Streamed> {
  const { nodes } = await loadInventory(inventoryFile);
  const limits = { timeout: 60_000, sourceTimeout: 20_000, signal };
  const gathered = await Promise.all(nodes.map((node) => gather(node, [offload], limits)));
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
    const judged = judgeOffload(observed.value);
    return {
      observation: observed.value,
      judged,
      verdict: verdictOf(observed.value, client, server, family, gathered),
    };
  } finally {
    await context.close();
  }
}

function verdictOf(
  measured: StreamObservation,
  from: Endpoint,
  server: Endpoint,
  family: 4 | 6,
  gathered: readonly GatheredNode[],
): Judgement {
  const address = server.addresses[0] ?? '';
  const path: Path = {
    id: 'pod-to-pod/test',
    kind: 'pod-to-pod',
    protocol: 'tcp',
    family,
    from,
    to: { name: server.name, address, endpoint: server },
    size: 'small',
  };
  const nodes = gathered.map(({ node, role, simulation, facts }) => {
    const outcomes = Object.fromEntries(facts) as PathNode<FactName>['facts'];
    return [node.name, { role, simulation, facts: outcomes }] as const;
  });
  const exchange = { ok: false, failure: { code: 'unreachable', message: 'not measured' } } as const;
  return offload.judge({
    path,
    measured,
    measurement: { path, exchange },
    nodes: new Map(nodes),
    expected: {},
  });
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
