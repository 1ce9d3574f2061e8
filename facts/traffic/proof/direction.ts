import { isOffloaded } from '../../derived/offload-proof.ts';
import { evidence } from '../../fact.ts';
import type { StreamDirection } from '../stream.ts';
import { type Growth, growthOf, softwareGrowth } from './growth.ts';
import { type Counts, compare, type Finding } from './shares.ts';
import { countPasses } from './stages.ts';
import { type DirectionProof, LEAST_PACKETS } from './verdict.ts';

/** Judges one direction by what the sender's DPU showed of it. */
export function judgeDirection(direction: StreamDirection): DirectionProof {
  const { sender, dpu, representor, simulated } = direction;
  const growth = growthOf(direction);
  const found = unknowable(direction) ?? judgeSamples(direction, growth);
  const proof = {
    sender,
    dpu,
    ...found,
    flows: growth.flows.map(({ flow }) => flow),
    evidence: representor === undefined ? [] : shown(direction, growth),
  };
  if (simulated === undefined) return proof;
  // What stands in for hardware proves nothing of hardware; that it was not even used can be told where it takes flows.
  if (direction.takesFlows && found.verdict === 'in-software') return proof;
  return { ...proof, verdict: 'simulated', share: undefined, why: simulated };
}

const undetermined = (why: string): Finding => ({ verdict: 'undetermined', share: undefined, why });

/** What keeps anything from being told, before a flow is looked at. */
function unknowable({ representor, packets, samples, failure, dpu }: StreamDirection): Finding | undefined {
  if (representor === undefined)
    return undetermined(
      failure?.message ?? `it is not known which port of ${dpu} is the sender's representor`,
    );
  if (failure !== undefined) return undetermined(failure.message);
  if (packets === undefined) return undetermined('it is not known how many packets were sent');
  if (packets < LEAST_PACKETS)
    return undetermined(
      `only ${packets} packets were sent; of fewer than ${LEAST_PACKETS} the first ones, which software always forwards, are too large a part`,
    );
  if (samples.length < 2) return undetermined(`${dpu} was not looked at before and after the stream`);
  return undefined;
}

function judgeSamples(direction: StreamDirection, growth: Growth): Finding {
  const { representor, samples, packets: sent = 0 } = direction;
  const software = softwareGrowth(direction, 'rx');
  const { hardware, software: bySoftwareFlows, missing } = countPasses(growth.flows);
  const counts: Counts = {
    sent,
    hardware,
    bySoftwareFlows,
    software: software.packets,
    withoutCounter: software.packets === undefined ? software.why : '',
    marked: growth.flows.some(({ flow }) => isOffloaded(flow)),
    missing:
      missing.length === 0
        ? undefined
        : `packets go on as recirc_id(${missing.map(hex).join('), recirc_id(')}), and no dump had a flow of this connection there`,
    lossy: growth.lossy,
  };
  return compare(counts, gap());

  /** Why flows of the connection may not have been seen. */
  function gap(): string | undefined {
    if (samples.some(({ cut }) => cut)) return 'there were more flows than are read';
    if (growth.flows.length === 0) {
      return isNumbered()
        ? 'the dumps name ports by their numbers, so no flow can be told to be of this representor'
        : `no dump had a flow of this connection from ${representor}`;
    }
    return undefined;
  }

  function isNumbered(): boolean {
    const ports = samples.flatMap(({ flows }) => flows.map(({ inPort }) => inPort));
    return ports.length > 0 && ports.every((port) => /^\d+$/.test(port));
  }
}

const hex = (id: number): string => `0x${id.toString(16)}`;

const MOST_FLOWS = 6;

function shown(direction: StreamDirection, { flows }: Growth): DirectionProof['evidence'] {
  const { representor, packets } = direction;
  const busiest = [...flows].sort((a, b) => b.hardware + b.software - (a.hardware + a.software));
  const software = softwareGrowth(direction, 'rx');
  return [
    evidence(
      `interface of ${direction.sender}`,
      packets === undefined ? 'packets sent: unknown' : `${packets} packets sent`,
    ),
    ...busiest.slice(0, MOST_FLOWS).map(({ flow, hardware, software }) => {
      const mark = flow.offloaded === undefined ? 'no offloaded field' : `offloaded:${flow.offloaded}`;
      const grown = `grew by ${hardware} packets while marked as offloaded, by ${software} while not`;
      return evidence(
        'ovs-appctl dpctl/dump-flows -m --names',
        `recirc_id(${hex(flow.recircId)}),in_port(${flow.inPort}), ${mark}, dp:${flow.layer ?? 'unknown'}, actions:${flow.actions.slice(0, 120)}: ${grown}`,
      );
    }),
    software.packets === undefined
      ? evidence(`counters of ${representor}`, software.why)
      : evidence(software.source, `${software.packets} packets from the VF were seen by software`),
  ];
}
