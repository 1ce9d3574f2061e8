import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { externalId, NO_OVS } from './common.ts';

export const hostNodeName = defineCheck({
  id: 'ovs/host-node-name',
  title: 'the DPU knows the node name of its host',
  description: 'OVN-Kubernetes on the DPU works for the node of this name.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu'],
  tags: ['ovs', 'external-ids'],
  covers: ['A25'],
  after: ['ovs/daemons'],
  requires: ['ovs', 'processes'],
  messages: {
    NOT_SET: {
      text: "Couldn't get the required Host K8s Nodename. Exiting...",
      cause: 'external_ids:host-k8s-nodename is not set.',
      remedy:
        'sudo ovs-vsctl set Open_vSwitch . external-ids:host-k8s-nodename="<name of the host in kubectl get nodes>"',
      source: 'OVN-Kubernetes release-1.0, dist/images/ovnkube.sh; seed A L107',
    },
  },
  docs: ['seed A L107'],
  judge({ facts: { ovs, processes }, subject, report }) {
    if (!ovs.present) return notApplicable(NO_OVS);
    const said = externalId(ovs, 'host-k8s-nodename');
    if (ovs.openVSwitch.externalIds.get('host-k8s-nodename')) return verdictOf([], [said]);
    // Seed K gives the name in the pod's environment instead, and its DPUs are nodes of the same cluster.
    const given = processes.find(
      ({ name, environment }) => name === 'ovnkube' && environment.has('K8S_NODE_DPU'),
    );
    if (given !== undefined)
      return notApplicable(`ovnkube has it from K8S_NODE_DPU=${given.environment.get('K8S_NODE_DPU')}`, [
        said,
      ]);
    if (subject.simulation !== undefined) {
      return notApplicable('this simulated DPU works for no other node: its pods run under its own name', [
        said,
      ]);
    }
    const about = {
      subject: 'host-k8s-nodename',
      observed: said.said,
      expected: 'the node name of the host',
    };
    return verdictOf([report('NOT_SET', { ...about, args: {}, evidence: [said] })], [said]);
  },
});
