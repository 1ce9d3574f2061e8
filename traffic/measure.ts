import type { FactFailure, Outcome } from '../facts/fact.ts';
import type { Exchange } from '../facts/traffic/exchange.ts';
import type { PathMeasurement, TrafficMeasurements, TrafficProblem } from '../facts/traffic/measurement.ts';
import type { Path } from '../facts/traffic/path.ts';
import { askFact } from './ask-fact.ts';
import { openContext, type TrafficContext } from './context.ts';
import { hostNetwork, namespaceSenders, type Sender } from './endpoints/hosts.ts';
import { nodeNetwork } from './endpoints/node-network.ts';
import type { TrafficInput } from './input.ts';
import type { TrafficOptions } from './options.ts';
import { planPaths } from './plan.ts';
import { runPings } from './run-pings.ts';

/** Finds endpoints, plans paths between them, and sends traffic along each. Never rejects. */
export async function measureTraffic(
  input: TrafficInput,
  options: TrafficOptions,
): Promise<TrafficMeasurements> {
  const context = openContext(input, options);
  try {
    const { senders, problems } = await findSenders(context);
    const { paths, notes } = planPaths(
      { pods: senders.filter(({ endpoint }) => endpoint.kind !== 'node').map(({ endpoint }) => endpoint) },
      options,
    );
    options.progress(`${paths.length} paths between ${senders.length} endpoints`);
    const exchanges = await exchangeAll(paths, senders, context);
    return {
      paths: paths.map(
        (path): PathMeasurement => ({
          path,
          exchange: exchanges.get(path) ?? { ok: false, failure: NOT_SENT },
        }),
      ),
      problems,
      notes,
      left: [],
    };
  } finally {
    await context.close();
  }
}

const NOT_SENT: FactFailure = { code: 'interrupted', message: 'the run was interrupted before it was sent' };

async function findSenders(
  context: TrafficContext,
): Promise<{ senders: readonly Sender[]; problems: readonly TrafficProblem[] }> {
  const problems: TrafficProblem[] = [];
  const found = await Promise.all(
    context.input.nodes
      .filter(({ role }) => role !== 'dpu' && role !== 'hypervisor')
      .map(async (node) => {
        const shell = context.nodeShell(node.node.name);
        if (shell === undefined) return [];
        const network = await askFact(shell, nodeNetwork, context.options);
        if (!network.ok) {
          problems.push({ ...network.failure, evidence: [], target: node.node.name });
          return [];
        }
        return [hostNetwork(node, network.value), ...namespaceSenders(node, network.value)];
      }),
  );
  return { senders: found.flat(), problems };
}

async function exchangeAll(
  paths: readonly Path[],
  senders: readonly Sender[],
  context: TrafficContext,
): Promise<ReadonlyMap<Path, Outcome<Exchange>>> {
  const groups = Map.groupBy(paths, ({ from }) => from);
  const results = await Promise.all(
    [...groups].map(async ([from, own]): Promise<readonly (readonly [Path, Outcome<Exchange>])[]> => {
      const shell = context.endpointShell(from);
      const ping = senders.find(({ endpoint }) => endpoint === from)?.ping;
      if (shell === undefined || ping === undefined)
        return own.map((path) => [
          path,
          { ok: false, failure: { code: 'missing-program', message: 'no ping' } },
        ]);
      return [...(await runPings(own, shell, ping, context.options))];
    }),
  );
  return new Map(results.flat());
}
