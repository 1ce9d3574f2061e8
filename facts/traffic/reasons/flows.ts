import { isSameAddress } from '../../derived/addresses.ts';
import { type Attached, integrationBridgeName } from '../../derived/ovs-topology.ts';
import { evidence } from '../../fact.ts';
import type { Trace } from '../trace.ts';
import type { ChassisScene, Finder, Scene } from './scene.ts';
import { concerned } from './scene.ts';

/** A flow of Open vSwitch that drops the packet. */
export const flowDrops: Finder = (scene) => {
  for (const { chassis, trace, traceEvidence } of concerned(scene)) {
    if (!trace?.isDropped || trace.drop === undefined || trace.unknownPort) continue;
    const { bridge, table, flow } = trace.drop;
    const isInner = bridge === integrationBridgeName(chassis.ovs);
    const unknown = unknownMac(flow, trace);
    return {
      reason: `a flow of ${bridge} on ${chassis.target} drops it: table ${table}, ${flow}${unknown}`,
      remedy: `Look which flow that is, and who made it: ovs-ofctl --names dump-flows ${bridge} table=${table}; ${isInner ? 'its cookie begins the UUID of the logical flow, for ovn-sbctl lflow-list' : 'those of OVN-Kubernetes in this bridge are made by ovnkube'}${unknown === '' ? '' : `; and where the sender has that MAC address from, in ${senderOf(scene)}: ip neigh show`}`,
      evidence: traceEvidence === undefined ? [] : [traceEvidence],
      reach: isInner ? 'endpoint' : 'between-nodes',
    };
  }
  return undefined;
};

const senderOf = ({ path, loss }: Scene): string =>
  (loss.lost ?? loss.last)?.direction === 'reply' ? path.to.name : path.from.name;

/** OVN's output port 0 is none: the stage that looks for the destination's MAC address has not found it. */
const unknownMac = (flow: string, { destinationMac }: Trace): string =>
  /\breg15=0,metadata=/.test(flow) && destinationMac !== undefined
    ? `: no logical port has the MAC address ${destinationMac}`
    : '';

/** Open vSwitch, or the kernel, can't send to the other end of the tunnel. */
export const tunnelUnreachable: Finder = (scene) => {
  for (const seen of concerned(scene)) {
    if (isReceiver(scene, seen)) continue;
    const { chassis, trace, traceEvidence } = seen;
    const shown = traceEvidence === undefined ? [] : [traceEvidence];
    const tunnel = tunnelOnTheWay(scene, seen);
    const remote = tunnel?.options.get('remote_ip') ?? 'the other end of the tunnel';
    if (trace?.errors.some((error) => /native tunnel routing failed/.test(error)))
      return {
        reason: `${chassis.target} has no route to ${remote}, the remote end of the tunnel`,
        remedy: `Look at its address and routes on ${chassis.target}: ip route get ${remote}; ip addr show; ovs-appctl ovs/route/show`,
        evidence: shown,
        reach: 'between-nodes',
      };
    const silent = trace?.neighbourMiss ?? silentNeighbour(seen, tunnel);
    if (silent !== undefined)
      return {
        reason: `nobody answers ${chassis.target} for ${silent}, the next hop of the tunnel${tunnel === undefined ? '' : ` ${tunnel.name}`}`,
        remedy: `Look whether the other DPU has this address, and whether it can be reached from ${chassis.target}: ping ${silent}; ovs-vsctl get Open_vSwitch . external_ids:ovn-encap-ip on both`,
        evidence: [...shown, ...neighbourEvidence(seen, silent)],
        reach: 'between-nodes',
      };
  }
  return undefined;
};

/** To whom the packets were on their way: whether it can send to the other end has nothing to do with their loss. */
function isReceiver({ loss, from, to }: Scene, { chassis }: ChassisScene): boolean {
  const direction = (loss.lost ?? loss.last)?.direction;
  const [sender, receiver] = direction === 'reply' ? [to, from] : [from, to];
  return chassis.target === receiver?.chassis && chassis.target !== sender?.chassis;
}

function tunnelOnTheWay({ loss }: Scene, { chassis }: ChassisScene): Attached | undefined {
  const names = [loss.lost?.name, loss.last?.name];
  return (
    chassis.tunnels.find(({ name }) => names.includes(name)) ??
    chassis.tunnels.find(() => chassis.tunnels.length === 1)
  );
}

/** The kernel's datapath asks for neighbours itself. */
function silentNeighbour({ neighbours }: ChassisScene, tunnel: Attached | undefined): string | undefined {
  const remote = tunnel?.options.get('remote_ip');
  const entry = neighbours?.find(({ address }) => remote !== undefined && isSameAddress(address, remote));
  return entry?.states.some((state) => state === 'FAILED' || state === 'INCOMPLETE') ? remote : undefined;
}

const neighbourEvidence = ({ neighbours, chassis }: ChassisScene, address: string) => {
  const entry = neighbours?.find((one) => isSameAddress(one.address, address));
  return entry === undefined
    ? []
    : [
        evidence(
          `ip neigh show ${address} on ${chassis.target}`,
          `dev ${entry.device} ${entry.states.join(' ')}`,
        ),
      ];
};
