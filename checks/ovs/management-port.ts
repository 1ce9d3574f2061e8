import { integrationBridge, patchLabels } from '../../facts/derived/ovs-topology.ts';
import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { portsOf, withoutOvn } from './common.ts';

export const managementPort = defineCheck({
  id: 'ovs/management-port',
  title: "the management port's representor is on the integration bridge",
  description: 'Through it the host reaches its pods: kubelet probes them on this way.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu'],
  tags: ['ovs', 'ovn', 'management-port'],
  covers: ['A64g'],
  after: ['ovs/integration-bridge', 'ovs/host-node-name'],
  requires: ['ovs', 'processes'],
  messages: {
    MISSING: {
      text: 'ovn-k8s-mp0 is not a port of {bridge}',
      cause:
        "OVN-Kubernetes on the DPU renames the representor of the host's management VF to ovn-k8s-mp0 and attaches it; it found neither the annotation k8s.ovn.org/node-mgmt-port nor the representor, or the port was deleted.",
      remedy:
        'Look at the annotation on the host node and restart ovnkube-node on the DPU: kubectl get nodes -o yaml | grep node-mgmt-port',
    },
    OTHER_PORT: {
      text: 'the port {port} has {id}, and the logical port of the management port is {wanted}',
      cause:
        'ovn-controller binds a port to the logical port that its iface-id names. Somebody changed it, made the port by hand, or OVN-Kubernetes made it for another host node.',
      remedy:
        'ovs-vsctl set Interface {port} external_ids:iface-id={wanted}; else restart ovnkube-node on the DPU',
      source: 'OVN-Kubernetes, go-controller/pkg/node/managementport',
    },
  },
  docs: ['seed A L430'],
  judge({ facts: { ovs, processes }, subject, report }) {
    const why = withoutOvn({ ovs, processes }, subject);
    if (why !== undefined) return notApplicable(why);
    const bridge = integrationBridge(ovs);
    if (bridge === undefined) return notApplicable('there is no integration bridge on this node');
    const said = portsOf(bridge);
    // Newer releases call the representor ovn-k8s-mp0_0 where the management port itself is on the same node.
    const port = bridge.ports
      .flatMap(({ interfaces }) => interfaces)
      .find(({ name }) => /^ovn-k8s-mp0(_0)?$/.test(name));
    if (port === undefined) {
      const about = { observed: said.said, expected: 'ovn-k8s-mp0', evidence: [said] };
      return verdictOf(
        [report('MISSING', { subject: 'ovn-k8s-mp0', args: { bridge: bridge.name }, ...about })],
        [said],
      );
    }
    // Without ovn-controller, as on a testbed of Open vSwitch alone, nobody reads it.
    if (!processes.some(({ name }) => name === 'ovn-controller')) return verdictOf([], [said]);
    const id = port.externalIds.get('iface-id');
    const shown = evidence(`ovs-vsctl get Interface ${port.name} external_ids:iface-id`, id ?? 'no such key');
    const node = ovs.openVSwitch.externalIds.get('host-k8s-nodename');
    // OVN-Kubernetes calls it k8s-<node>. Which name of the node is right where they differ, other checks tell.
    const nodes = [...(node === undefined ? [] : [node]), ...patchLabels(ovs).map(({ label }) => label)];
    const isOwn = (name: string): boolean =>
      nodes.length === 0 || nodes.some((one) => one === name || one.endsWith(`_${name}`));
    const named = /^k8s-(.+)$/.exec(id ?? '')?.[1];
    if (named !== undefined && isOwn(named)) return verdictOf([], [said, shown]);
    const wanted = `k8s-${node ?? '<node>'}`;
    const args = { port: port.name, id: id === undefined ? 'no iface-id' : `the iface-id ${id}`, wanted };
    const about = { subject: port.name, observed: shown.said, expected: wanted, evidence: [shown] };
    return verdictOf([report('OTHER_PORT', { ...about, args })], [said, shown]);
  },
});
