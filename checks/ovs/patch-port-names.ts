import { patchLabels } from '../../facts/derived/ovs-topology.ts';
import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { externalId } from './common.ts';

export const patchPortNames = defineCheck({
  id: 'ovs/patch-port-names',
  title: 'patch ports are named after the host node',
  description: 'They show for which node OVN-Kubernetes has set up this DPU.',
  severity: 'warning',
  scope: 'node',
  roles: ['dpu'],
  tags: ['ovs', 'ovn'],
  covers: ['A64a'],
  after: ['ovs/patch-ports', 'ovs/host-node-name'],
  requires: ['ovs'],
  messages: {
    OTHER_NODE: {
      text: 'patch port {port} belongs to node {found}, and host-k8s-nodename is {node}',
      cause:
        'host-k8s-nodename was changed after OVN-Kubernetes had started, or two names of the host are in use.',
      remedy:
        'If {node} is the name that kubectl get nodes shows, restart ovnkube-node on the DPU; else: ovs-vsctl set Open_vSwitch . external-ids:host-k8s-nodename={found}',
    },
  },
  docs: ['seed A L107', 'seed A L408-428'],
  judge({ facts: { ovs }, report }) {
    const node = ovs.openVSwitch.externalIds.get('host-k8s-nodename');
    if (node === undefined)
      return notApplicable('external_ids:host-k8s-nodename is not set', [
        externalId(ovs, 'host-k8s-nodename'),
      ]);
    const ports = patchLabels(ovs);
    if (ports.length === 0)
      return notApplicable('no patch port has the form patch-<bridge>_<node>-to-br-int');
    const said = [
      ...ports.map(({ port }) => evidence('ovs-vsctl show', `Port ${port}`)),
      externalId(ovs, 'host-k8s-nodename'),
    ];
    // The patch port of another network than the default one has the network's name before the node's.
    const findings = ports
      .filter(({ label }) => label !== node && !label.endsWith(`_${node}`))
      .map(({ port, label }) => {
        const about = { subject: port, observed: label, expected: node, evidence: said };
        return report('OTHER_NODE', { ...about, args: { port, found: label, node } });
      });
    return verdictOf(findings, said);
  },
});
