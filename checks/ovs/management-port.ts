import { integrationBridge } from '../../facts/derived/ovs-topology.ts';
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
  after: ['ovs/integration-bridge'],
  requires: ['ovs', 'processes'],
  messages: {
    MISSING: {
      text: 'ovn-k8s-mp0 is not a port of {bridge}',
      cause:
        "OVN-Kubernetes on the DPU renames the representor of the host's management VF to ovn-k8s-mp0 and attaches it; it found neither the annotation k8s.ovn.org/node-mgmt-port nor the representor, or the port was deleted.",
      remedy:
        'Look at the annotation on the host node and restart ovnkube-node on the DPU: kubectl get nodes -o yaml | grep node-mgmt-port',
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
    if (bridge.ports.some(({ name }) => /^ovn-k8s-mp0(_0)?$/.test(name))) return verdictOf([], [said]);
    const about = { observed: said.said, expected: 'ovn-k8s-mp0', evidence: [said] };
    return verdictOf(
      [report('MISSING', { subject: 'ovn-k8s-mp0', args: { bridge: bridge.name }, ...about })],
      [said],
    );
  },
});
