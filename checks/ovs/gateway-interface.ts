import { isUplink } from '../../facts/derived/dpu-ports.ts';
import { bridgeHolding, externalBridge, joinedBridges } from '../../facts/derived/ovs-topology.ts';
import { type Evidence, evidence } from '../../facts/fact.ts';
import type { Link } from '../../facts/links.ts';
import type { Netdev } from '../../facts/netdevs.ts';
import type { Ovs } from '../../facts/ovs.ts';
import type { Process } from '../../facts/processes.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { externalId, NO_OVS } from './common.ts';

const DERIVE = 'derive-from-mgmt-port';

/** ovnkube.sh asks for the external ids of the gateway only where OVN_GATEWAY_OPTS gives no options. */
export const gatewayOptions = (processes: readonly Process[]): string | undefined =>
  processes
    .filter(({ name }) => name === 'ovnkube')
    .map(({ environment }) => environment.get('OVN_GATEWAY_OPTS') ?? '')
    .find((options) => options.includes('--gateway-interface'));

export const dpuGatewayInterface = defineCheck({
  id: 'ovs/gateway-interface',
  title: "the DPU's gateway interface is set and exists",
  description: 'OVN-Kubernetes on the DPU makes its gateway of this bridge or network device.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu'],
  tags: ['ovs', 'external-ids', 'gateway'],
  covers: ['A26'],
  after: ['ovs/daemons', 'ovs/external-bridge', 'ovs/uplink-port'],
  requires: ['links', 'netdevs', 'ovnkube', 'ovs', 'processes'],
  expects: ['external-bridge'],
  messages: {
    NOT_SET: {
      text: "Couldn't get the required OVN Gateway Interface. Exiting...",
      cause: 'external_ids:ovn-gw-interface is not set, and OVN_GATEWAY_OPTS gives no --gateway-interface.',
      remedy: 'sudo ovs-vsctl set Open_vSwitch . external-ids:ovn-gw-interface="<external bridge or uplink>"',
      source: 'OVN-Kubernetes release-1.0, dist/images/ovnkube.sh; seed A L108',
    },
    MISSING: {
      text: 'gateway interface {interface} is neither a bridge, nor a port of one, nor a network device',
      cause: 'It was renamed or deleted, or the name is misspelt.',
      remedy:
        'sudo ovs-vsctl set Open_vSwitch . external-ids:ovn-gw-interface="<external bridge or uplink>"; ovs-vsctl list-br lists the bridges',
    },
    ELSEWHERE: {
      text: 'gateway interface {interface} is not on the bridge to the outside, {bridge}: {where}',
      cause:
        'OVN-Kubernetes makes its gateway of the bridge that this names. It was given another name after the last start of ovnkube, or a wrong one.',
      remedy:
        'sudo ovs-vsctl set Open_vSwitch . external-ids:ovn-gw-interface={bridge}, and restart ovnkube-node; where this interface is the right one: ovs-vsctl get Open_vSwitch . external_ids:ovn-bridge-mappings',
      source: 'OVN-Kubernetes, go-controller/pkg/node/bridgeconfig',
    },
  },
  docs: ['seed A L108', 'https://ovn-kubernetes.io/installation/launching-ovn-kubernetes-with-dpu/'],
  judge({ facts: { links, netdevs, ovnkube, ovs, processes }, expected, subject, report }) {
    if (!ovs.present) return notApplicable(NO_OVS);
    const said = externalId(ovs, 'ovn-gw-interface');
    const inDatabase = ovs.openVSwitch.externalIds.get('ovn-gw-interface');
    const options = gatewayOptions(processes);
    if (!inDatabase && options === undefined) {
      if (subject.simulation !== undefined)
        return notApplicable('seed K sets none on its simulated DPUs', [said]);
      const about = {
        subject: 'ovn-gw-interface',
        observed: said.said,
        expected: 'a bridge or network device',
      };
      return verdictOf([report('NOT_SET', { ...about, args: {}, evidence: [said] })], [said]);
    }
    // What ovnkube was started with counts too; the literal that only DPU hosts resolve is gateway/interface-setting's.
    const { gatewayInterface: given } = ovnkube;
    const names = [
      ...(inDatabase ? [{ name: inDatabase, from: said }] : []),
      ...(given && given.value !== DERIVE && given.value !== inDatabase
        ? [{ name: given.value, from: given.evidence }]
        : []),
    ];
    if (names.length === 0) return notApplicable(`OVN_GATEWAY_OPTS gives it: ${options}`, [said]);
    const found = names.map(({ name, from }) => ({ name, from, where: whereIs(name, ovs, links) }));
    const missing = found
      .filter(({ where }) => where === undefined)
      .map(({ name, from }) => {
        const about = { subject: name, observed: name, evidence: [from] };
        const expected = 'a bridge, a port of one, or a network device';
        return report('MISSING', { ...about, args: { interface: name }, expected });
      });
    const outer =
      subject.simulation === undefined
        ? externalBridge(ovs, expected['external-bridge']?.value)?.bridge
        : undefined;
    const joined = outer === undefined ? [] : joinedBridges(ovs, outer);
    const elsewhere = found.flatMap(({ name, from, where }) => {
      if (outer === undefined || where === undefined) return [];
      const holder = bridgeHolding(ovs, name);
      if (holder === undefined ? isAccelerated(name, netdevs.get(name)) : joined.includes(holder)) return [];
      const place = holder === undefined ? 'it is in no bridge' : `it is on ${holder.name}`;
      const about = { subject: name, observed: place, expected: outer.name, evidence: [from, where] };
      return [report('ELSEWHERE', { ...about, args: { interface: name, bridge: outer.name, where: place } })];
    });
    return verdictOf(
      [...missing, ...elsewhere],
      found.flatMap(({ from, where }) => (where === undefined ? [from] : [from, where])),
    );
  },
});

/** A VF or SF of the DPU itself may be the gateway interface: its representor is the bridge's port then. */
const isAccelerated = (name: string, netdev: Netdev | undefined): boolean =>
  netdev?.pciAddress !== undefined && !isUplink(name, netdev);

/** Seed A names the uplink p0, which is a port of brp0; newer documents name the bridge. OVN-Kubernetes takes both. */
function whereIs(name: string, ovs: Ovs, links: readonly Link[]): Evidence | undefined {
  const bridge = bridgeHolding(ovs, name);
  if (bridge?.name === name) return evidence('ovs-vsctl list-br', name);
  if (bridge !== undefined) return evidence(`ovs-vsctl port-to-br ${name}`, bridge.name);
  const link = links.find((candidate) => candidate.name === name);
  return link && evidence(`ip link show ${name}`, `index ${link.index}`);
}
