import type { Flow } from '../flows.ts';

/** What the flows from one representor say about offload. */
export interface OffloadProof {
  readonly port: string;
  /**
   * `offloaded`: hardware forwards most packets. `partly`: it forwards the lesser part of TCP and UDP.
   * `software`: it forwards none of it. `no-packets`: flows are marked as offloaded, and only those in software
   * count packets.
   * `unsure`: too little traffic, or of a kind that hardware need not take.
   */
  readonly verdict: 'offloaded' | 'partly' | 'software' | 'no-packets' | 'unsure';
  /** Flows that carry the traffic of pods; LLDP, ARP, multicast and dropped packets are none. */
  readonly flows: readonly Flow[];
}

/** The first packets of a flow go through software by design: fewer than this show nothing. */
const ENOUGH_PACKETS = 50;

const TCP = 6;
const UDP = 17;

/**
 * Judges each representor by its flows. dp:tc alone counts for nothing, and `offloaded:yes` with no packet proves
 * nothing. ICMP in software is no fault: hardware that tracks connections does not take it. A datapath gives its flows in
 * no order, so they are given in the order of their names.
 */
export function offloadProofs(
  flows: readonly Flow[],
  isRepresentor: (port: string) => boolean,
): readonly OffloadProof[] {
  const byPort = Map.groupBy(
    flows.filter((flow) => isRepresentor(flow.inPort) && carriesTraffic(flow)),
    (flow) => flow.inPort,
  );
  return [...byPort]
    .map(([port, own]) => ({ port, verdict: judge(own), flows: own }))
    .sort((a, b) => (a.port < b.port ? -1 : 1));
}

/** The hardware forwards it: `partial` is a mere help. */
export const isOffloaded = ({ offloaded, layer }: Flow): boolean => offloaded === 'yes' && layer !== 'ovs';

const carriesTraffic = ({ etherType, actions, destinationMac }: Flow): boolean =>
  (etherType === 0x0800 || etherType === 0x86dd) && actions !== 'drop' && !isMulticast(destinationMac);

/** The lowest bit of the first byte, as in 33:33:… of neighbour discovery. */
const isMulticast = (mac: string | undefined): boolean => /^[0-9a-f][13579bdf]:/i.test(mac ?? '');

/** Nothing keeps hardware from taking it: a flow of any protocol that tracks connections may be of ICMP. */
const isForHardware = ({ ipProtocol, actions }: Flow): boolean =>
  ipProtocol === TCP || ipProtocol === UDP || (ipProtocol === undefined && !actions.includes('ct('));

function judge(flows: readonly Flow[]): OffloadProof['verdict'] {
  const inHardware = flows.filter(isOffloaded);
  const inSoftware = flows.filter(
    (flow) => !isOffloaded(flow) && isForHardware(flow) && flow.packets >= ENOUGH_PACKETS,
  );
  const byHardware = packetsOf(inHardware);
  if (inSoftware.length === 0) return byHardware > 0 ? 'offloaded' : 'unsure';
  if (byHardware >= packetsOf(inSoftware)) return 'offloaded';
  if (byHardware > 0) return 'partly';
  return inHardware.length > 0 ? 'no-packets' : 'software';
}

export const packetsOf = (flows: readonly Flow[]): number =>
  flows.reduce((sum, { packets }) => sum + packets, 0);
