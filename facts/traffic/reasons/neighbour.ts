import { holderOf, inSubnet, isSameAddress } from '../../derived/addresses.ts';
import { evidence } from '../../fact.ts';
import { type ChassisScene, concerned, type Finder } from './scene.ts';

/**
 * An entry that was set by hand or is left over: what goes to the other end of the tunnel is sent to a MAC address that it
 * does not have. Only on one link: a router in between has its own.
 */
export const neighbourWrong: Finder = (scene) => {
  const { loss, from, to, chassis } = scene;
  const isReply = loss.lost?.direction === 'reply';
  const [near, far] = [isReply ? to : from, isReply ? from : to].map((end) =>
    chassis.get(end?.chassis ?? ''),
  );
  if (near === undefined || far === undefined || near === far) return undefined;
  if (!concerned(scene).some((one) => one === near || one === far)) return undefined;
  for (const remote of far.chassis.encapIps) {
    const owner = holderOf(far.links, remote);
    const used = macFor(near, remote);
    if (owner === undefined || used === undefined || !isOnLink(near, remote)) continue;
    if (used.mac.toLowerCase() === owner.mac.toLowerCase()) continue;
    const { target } = near.chassis;
    return {
      reason: `${target} sends what goes to ${remote} to the MAC address ${used.mac}, and ${owner.name} of ${far.chassis.target}, which has ${remote}, has ${owner.mac}`,
      remedy: `Have it asked for anew, on ${target}: ip neigh del ${remote} dev DEVICE; ovs-appctl tnl/neigh/flush; where it comes back, look who else has the address`,
      evidence: [
        evidence(`${used.source} on ${target}`, `${remote} ${used.mac}`),
        evidence(`ip link show ${owner.name} on ${far.chassis.target}`, owner.mac),
      ],
      reach: 'between-nodes',
    };
  }
  return undefined;
};

/** Open vSwitch has neighbours of its own where it makes the tunnel's packets in user space; else they are the kernel's. */
function macFor(
  { trace, neighbours }: ChassisScene,
  remote: string,
): { readonly mac: string; readonly source: string } | undefined {
  const traced = trace?.tunnelTo;
  if (traced !== undefined && isSameAddress(traced.address, remote))
    return { mac: traced.mac, source: 'ofproto/trace' };
  const mac = neighbours?.find(({ address }) => isSameAddress(address, remote))?.mac;
  return mac === undefined ? undefined : { mac, source: `ip neigh show ${remote}` };
}

const isOnLink = ({ chassis, links }: ChassisScene, remote: string): boolean =>
  links.some(({ addresses }) =>
    addresses.some(
      (one) => chassis.encapIps.some((own) => isSameAddress(own, one.address)) && inSubnet(remote, one),
    ),
  );
