import { isOffloaded } from '../../derived/offload-proof.ts';
import type { Flow } from '../../flows.ts';
import type { StreamDirection, StreamSample } from '../stream.ts';
import { isOfConnection } from './connection-flows.ts';

/** By how much one flow grew over all samples: never more than it really did. */
export interface FlowGrowth {
  /** As it was seen last. */
  readonly flow: Flow;
  /** Every list of actions that it had. */
  readonly actions: ReadonlySet<string>;
  /** Packets while it was marked as offloaded by the hardware. */
  readonly hardware: number;
  /** Packets while it was not. */
  readonly software: number;
}

export interface Growth {
  readonly flows: readonly FlowGrowth[];
  /** Flows went away between two dumps, and took with them what they had counted since the first. */
  readonly lossy: boolean;
}

/** The growth of all flows that packets of this direction may pass. */
export function growthOf(direction: StreamDirection): Growth {
  const found = new Map<string, { -readonly [Key in keyof FlowGrowth]: FlowGrowth[Key] }>();
  let before = new Map<string, Flow>();
  let lossy = false;
  for (const [index, sample] of direction.samples.entries()) {
    const now = flowsOf(sample, direction);
    for (const [key, flow] of now) {
      const last = found.get(key)?.flow;
      // What the first dump shows was counted before the stream; a flow that is new later has counted only since.
      const grown = index === 0 ? 0 : growthSince(last, flow);
      // Of what it counted while its mark changed, nobody can tell.
      const steady = last === undefined || isOffloaded(last) === isOffloaded(flow);
      const { hardware = 0, software = 0, actions = [] } = found.get(key) ?? {};
      found.set(key, {
        flow,
        actions: new Set([...actions, flow.actions]),
        hardware: hardware + (steady && isOffloaded(flow) ? grown : 0),
        software: software + (steady && !isOffloaded(flow) ? grown : 0),
      });
    }
    lossy ||= [...before.keys()].some((key) => !now.has(key));
    before = now;
  }
  return { flows: [...found.values()], lossy };
}

/** A counter that is lower than before began anew. */
const growthSince = (last: Flow | undefined, { packets }: Flow): number =>
  last === undefined || packets < last.packets ? packets : packets - last.packets;

/** A datapath with several threads shows a flow once for each of them: then the highest count is taken, not the sum. */
function flowsOf(sample: StreamSample, direction: StreamDirection): Map<string, Flow> {
  const flows = new Map<string, Flow>();
  for (const flow of sample.flows) {
    if (!isOfConnection(flow, direction)) continue;
    const key = keyOf(flow);
    const other = flows.get(key);
    if (other === undefined || other.packets < flow.packets) flows.set(key, flow);
  }
  return flows;
}

/** A flow that moves into the hardware's layer keeps its ufid and counts from zero there. */
const keyOf = ({ layer, ufid, match, actions }: Flow): string => `${layer} ${ufid ?? `${match} ${actions}`}`;

/** By how much a counter of the representor that tells of software alone grew; or why that is not known. */
export function softwareGrowth(
  { samples }: StreamDirection,
  counter: 'rx' | 'tx',
):
  | { readonly packets: number; readonly source: string }
  | { readonly packets: undefined; readonly why: string } {
  const known = samples.map(({ software }) => software);
  const [first, last] = [known[0], known.at(-1)];
  const unknown = (why: string) => ({ packets: undefined, why });
  if (first === undefined || last === undefined)
    return unknown('no counter of the representor tells of software alone');
  if (known.some((one) => one !== undefined && one.source !== first.source))
    return unknown("the representor's counters came from different places");
  const values = known.flatMap((one) => (one === undefined ? [] : [one[counter]]));
  if (values.some((value, at) => value < (values[at - 1] ?? 0)))
    return unknown("the representor's counters began anew meanwhile");
  return { packets: last[counter] - first[counter], source: last.source };
}
