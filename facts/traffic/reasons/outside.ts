import { isHostPfRepresentor } from '../../derived/dpu-ports.ts';
import { externalBridge, integrationBridgeName } from '../../derived/ovs-topology.ts';
import { evidence } from '../../fact.ts';
import { OUTSIDE } from '../scopes.ts';
import type { Finder } from './scene.ts';

/* What is broken between OVN's bridge and what is no pod: nodes, and the routers that lead out of the cluster. */

export const noPatch: Finder = ({ path, from, chassis }) => {
  const seen = chassis.get(from.chassis);
  if (seen === undefined || !OUTSIDE.includes(path.kind) || seen.chassis.patch !== undefined)
    return undefined;
  const { target, ovs } = seen.chassis;
  const patches = ovs.bridges.flatMap(({ name, ports }) =>
    ports.flatMap(({ interfaces }) =>
      interfaces.flatMap((one) =>
        one.type === 'patch' ? [`${name}: ${one.name}, peer ${one.options.get('peer') ?? 'not set'}`] : [],
      ),
    ),
  );
  const outside = externalBridge(ovs)?.name;
  return {
    reason: `no patch port joins ${integrationBridgeName(ovs)} of ${target} to a bridge that leads out${outside === undefined ? '' : `: ${outside}`}`,
    remedy: `ovn-controller makes it, by ovn-bridge-mappings and a port of type localnet, on ${target}: ovs-vsctl get Open_vSwitch . external_ids:ovn-bridge-mappings; ovn-appctl -t ovn-controller connection-status`,
    evidence: [evidence(`patch ports of ${target}, by ovs-vsctl show`, patches.join('\n') || 'none')],
    at: { kind: 'patch', node: target },
    reach: 'outside',
  };
};

/** A host is reached from outside of the pods' network by the representor of its PF. */
export const hostRepresentorDown: Finder = ({ path, chassis }) => {
  if (path.kind !== 'pod-to-node' && path.kind !== 'pod-to-other-node') return undefined;
  const dpu = path.to.endpoint?.dpu;
  const seen = dpu === undefined ? undefined : chassis.get(dpu);
  const device = seen?.links.find(({ name }) => isHostPfRepresentor(name, undefined));
  if (seen === undefined || device === undefined) return undefined;
  const { name, flags, operstate } = device;
  const isUp = flags.includes('UP');
  if (isUp && flags.includes('LOWER_UP')) return undefined;
  return {
    reason: `${name} of ${seen.chassis.target}, by which ${path.to.name} is reached, ${isUp ? 'has no carrier' : 'is down'}`,
    remedy: isUp
      ? `Look at the PF on ${path.to.name}: ip link`
      : `On ${seen.chassis.target}: ip link set ${name} up`,
    evidence: [
      evidence(`ip link show ${name} on ${seen.chassis.target}`, `<${flags.join(',')}> state ${operstate}`),
    ],
    reach: 'destination',
  };
};
