import { evidence } from '../../fact.ts';
import type { Attached } from '../ovs-topology.ts';
import { integrationBridgeName } from '../ovs-topology.ts';
import { isAttached } from './attachments.ts';
import type { Stray } from './chain.ts';
import type { ChainPod } from './input.ts';
import { describePort, ifaceIdOf, isPodPort } from './ovs-ports.ts';
import type { PairCluster, PairView } from './pair.ts';
import { troubleOf } from './port-link.ts';
import { representorsOfVf } from './representor-link.ts';

/** What belongs to nothing, what is not there and should be, and what is there twice. Says nothing of what it could not see. */
export const straysOf = (view: PairView): readonly Stray[] => [
  ...representorsWithoutVf(view),
  ...vfsWithoutRepresentor(view),
  ...portsWithoutPod(view),
  ...podsWithoutPort(view),
  ...duplicatePorts(view),
  ...duplicateDevices(view),
  ...portsInError(view),
];

/** A veth device has its other end for as long as it exists, so a simulated representor always has its VF. */
function representorsWithoutVf({ pair, pfs, numbers, side }: PairView): Stray[] {
  if (!side.representors.ok || pair.host.simulation !== undefined) return [];
  return side.representors.value.vfs.flatMap((representor): Stray[] => {
    const owner = pfs.find((pf) => {
      const number = numbers.get(pf);
      return (
        number?.known === true &&
        number.pf === representor.pf &&
        (number.controller === undefined || number.controller === representor.controller)
      );
    });
    if (owner === undefined || owner.vfs.some(({ number }) => number === representor.vf)) return [];
    const ground = `${owner.netdev ?? owner.address} has no VF ${representor.vf}`;
    return [
      { kind: 'representor-without-vf', subject: representor.name, ground, evidence: [representor.evidence] },
    ];
  });
}

function vfsWithoutRepresentor({ pfs, numbers, side }: PairView): Stray[] {
  const { representors } = side;
  if (!representors.ok) return [];
  return pfs.flatMap((pf) => {
    const number = numbers.get(pf);
    if (!number?.known) return [];
    return pf.vfs
      .filter((vf) => representorsOfVf(vf, number, representors.value).length === 0)
      .map(
        (vf): Stray => ({
          kind: 'vf-without-representor',
          subject: vf.address,
          ground: `vf representor for pfID: ${number.pf}, vfIndex: ${vf.number} not found`,
          evidence: [vf.evidence, ...number.evidence],
        }),
      );
  });
}

function portsWithoutPod({ cluster, side }: PairView): Stray[] {
  const { everyPod, nodes } = cluster;
  if (!everyPod.ok || !side.ports.ok) return [];
  const all = [...side.ports.value.byIfaceId.values()].flat();
  return all.filter(isPodPort).flatMap((port): Stray[] => {
    const why = withoutPod(port, everyPod.value, nodes);
    return why === undefined
      ? []
      : [{ kind: 'port-without-pod', subject: port.name, ground: why, evidence: [describePort(port)] }];
  });
}

function withoutPod(
  port: Attached,
  named: (namespace: string, name: string) => readonly ChainPod[],
  nodes: PairCluster['nodes'],
): string | undefined {
  const id = ifaceIdOf(port) ?? '';
  const [namespace = '', name = ''] = id.split('_').slice(-2);
  const alike = named(namespace, name);
  if (alike.length === 0) return `no pod is called ${namespace}/${name}`;
  const here = alike.filter(({ node }) => nodes.has(node));
  if (here.some(isAttached)) return undefined;
  const [first] = here;
  if (first !== undefined) return `the pod ${namespace}/${name} has ended (${first.phase})`;
  return `the pod ${namespace}/${name} is on ${alike[0]?.node || 'no node'}`;
}

/** A pod that waits for the CNI has no port yet; its chain says where it waits. */
function podsWithoutPort({ held, side }: PairView): Stray[] {
  const { ports } = side;
  if (!ports.ok) return [];
  return held
    .filter(({ attachment: { pod, details } }) => pod.phase === 'Running' || details.kind === 'read')
    .filter(({ attachment }) => !ports.value.byIfaceId.has(attachment.ifaceId))
    .map(
      ({ attachment: { pod, ifaceId } }): Stray => ({
        kind: 'pod-without-port',
        subject: `${pod.namespace}/${pod.name}`,
        ground: `no port has the iface-id ${ifaceId}`,
        evidence: [evidence('ovs-vsctl list Interface', `none with iface-id=${ifaceId}`)],
      }),
    );
}

function duplicatePorts({ side }: PairView): Stray[] {
  if (!side.ports.ok) return [];
  return [...side.ports.value.byIfaceId]
    .filter(([, ports]) => ports.length > 1)
    .map(
      ([id, ports]): Stray => ({
        kind: 'duplicate-port',
        subject: ports.map(({ name }) => name).join(', '),
        ground: `they have one iface-id, ${id}, and ovn-controller binds one of them`,
        evidence: ports.map(describePort),
      }),
    );
}

function duplicateDevices({ held }: PairView): Stray[] {
  const byVf = Map.groupBy(
    held.flatMap(({ attachment, vf }) => (vf.kind === 'found' ? [{ attachment, vf }] : [])),
    ({ vf }) => vf.vf,
  );
  return [...byVf].flatMap(([vf, holders]): Stray[] => {
    if (holders.length < 2) return [];
    const names = holders.map(({ attachment: { pod } }) => `${pod.namespace}/${pod.name}`);
    return [
      {
        kind: 'duplicate-device',
        subject: vf.address,
        ground: `${names.join(' and ')} hold it`,
        evidence: holders.flatMap((holder) => holder.vf.evidence),
      },
    ];
  });
}

/** Ports of the integration bridge that ovs-vswitchd could not open and no pod is named by: those have chains of their own. */
function portsInError({ side }: PairView): Stray[] {
  if (!side.ports.ok) return [];
  const { ovs, byName } = side.ports.value;
  return [...byName.values()].flatMap((port): Stray[] => {
    const trouble = troubleOf(port);
    const isOwn = port.bridge.name === integrationBridgeName(ovs) && port.type !== 'patch';
    if (trouble === undefined || !isOwn || ifaceIdOf(port) !== undefined) return [];
    return [{ kind: 'port-in-error', subject: port.name, ground: trouble, evidence: [describePort(port)] }];
  });
}
