import { defineFact, type Evidence, evidence, excerpt, succeeded } from '../../facts/fact.ts';
import type { Flow } from '../../facts/flows.ts';
import { findOvs, ovsAsRoot } from '../../facts/ovs-program.ts';
import { shell as shellSource } from '../../facts/sources.ts';
import { matchesFlow } from '../../facts/traffic/counters/flows.ts';
import type { CountedHop } from '../../facts/traffic/hops/counted.ts';
import type { Loss } from '../../facts/traffic/hops/loss.ts';
import { parseTrace, type Trace } from '../../facts/traffic/trace.ts';
import { quote } from '../../transports/quote.ts';
import { askFact } from '../ask-fact.ts';
import type { TrafficContext } from '../context.ts';
import type { ReadCounters } from './read-counters.ts';

/** All that a flow's match is made of; nothing else is handed back to a node. */
const MATCH = /^[A-Za-z0-9_(){},.:;=/+<>~ -]{1,4000}$/;

export interface Traced {
  readonly trace: Trace;
  readonly evidence: Evidence;
}

/**
 * Asks the Open vSwitch of a node what it would do with the packet as it last saw it; where it saw none, with the tunnel's
 * packet, if `outer` tells that. Undefined where neither is known.
 */
export async function traceAt(
  node: string,
  loss: Loss,
  hops: readonly CountedHop[],
  { idle, after }: { readonly idle: ReadCounters; readonly after: ReadCounters },
  context: TrafficContext,
  outer?: readonly string[],
): Promise<Traced | undefined> {
  const flows = grownFlows(idle.nodes.get(node)?.flows ?? [], after.nodes.get(node)?.flows ?? []);
  const flow = lastSeen(node, loss, hops, flows);
  const words = flow === undefined ? outer : [flow.match];
  const shell = context.nodeShell(node);
  if (words === undefined || shell === undefined || !words.every((word) => MATCH.test(word)))
    return undefined;
  const asked = await askFact(shell, traceFact(words), context.options);
  const trace = asked.ok ? parseTrace(asked.value) : undefined;
  return trace && { trace, evidence: traceEvidence(asked.ok ? asked.value : '', node, trace) };
}

function traceFact(words: readonly string[]) {
  const argv = ['ovs-appctl', '--timeout=5', 'ofproto/trace', '--names'];
  const script = `(
${findOvs('ovs-appctl')}
ovs ${argv.join(' ')} ${words.map(quote).join(' ')}
)`;
  return defineFact({
    title: "Open vSwitch's trace of a packet",
    sources: { trace: shellSource('ovs-appctl ofproto/trace', script, [argv.join(' ')], ovsAsRoot(...argv)) },
    parse: ({ trace }) => succeeded(trace),
  });
}

/**
 * The flows with what they counted while the packets were sent again: a flow whose masks leave out an address may be that of
 * other packets, and have counted many more before.
 */
function grownFlows(earlier: readonly Flow[], later: readonly Flow[]): readonly Flow[] {
  const before = new Map(earlier.map(({ ufid, packets }) => [ufid ?? '', packets]));
  return later.map((flow) => {
    const was = before.get(flow.ufid ?? '') ?? 0;
    return { ...flow, packets: flow.packets >= was ? flow.packets - was : flow.packets };
  });
}

/**
 * The flow in which the packets came in at this node, in the direction in which they were last seen; where none did, the request
 * for the neighbour's address, which comes before them.
 */
function lastSeen(
  node: string,
  { lost, last }: Loss,
  hops: readonly CountedHop[],
  flows: readonly Flow[],
): Flow | undefined {
  const direction = (last ?? lost)?.direction;
  const busiest = (all: readonly Flow[]): Flow | undefined =>
    all.reduce<Flow | undefined>(
      (most, flow) => (flow.packets >= (most?.packets ?? 0) ? flow : most),
      undefined,
    );
  const matches = hops.flatMap(({ hop, count }) =>
    hop.node === node && hop.direction === direction && count.by === 'flows' && count.match.firstPass
      ? [count.match]
      : [],
  );
  for (const match of matches) {
    const own = busiest(flows.filter((flow) => matchesFlow(flow, match)));
    if (own !== undefined && own.packets > 0) return own;
  }
  const ports = matches.map(({ inPort }) => inPort);
  return busiest(
    flows.filter(
      ({ inPort, etherType, recircId }) => ports.includes(inPort) && etherType === ARP && recircId === 0,
    ),
  );
}

const ARP = 0x0806;

/** The end of the trace tells: what became of the packet, and where. */
function traceEvidence(text: string, node: string, { actions, drop, isDropped, errors }: Trace): Evidence {
  const flow = /^Flow: .*$/m.exec(text)?.[0] ?? '';
  const said = [
    excerpt(flow, 300),
    ...errors.map((error) => `>> ${error}`),
    ...(isDropped && drop !== undefined
      ? [`bridge ${drop.bridge}, table ${drop.table}: ${drop.flow}: drop`]
      : []),
    `Datapath actions: ${excerpt(actions, 300)}`,
  ];
  return evidence(`ovs-appctl ofproto/trace on ${node}`, said.filter((line) => line !== '').join('\n'));
}
