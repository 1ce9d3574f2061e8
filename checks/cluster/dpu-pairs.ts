import { apiEvidence } from '../../facts/cluster/fact.ts';
import { nodes as nodesFact } from '../../facts/cluster/nodes.ts';
import type { Contradiction } from '../../facts/derived/cluster/view.ts';
import { defineClusterCheck, notApplicable, verdictOf } from '../define.ts';

const CODES = new Map<Contradiction['kind'], 'TWO_HOSTS' | 'TWO_DPUS' | 'UNKNOWN_HOST'>([
  ['two-hosts', 'TWO_HOSTS'],
  ['two-dpus', 'TWO_DPUS'],
  ['unknown-host', 'UNKNOWN_HOST'],
]);

export const dpuPairs = defineClusterCheck({
  id: 'cluster/dpu-pairs',
  title: 'no two hosts claim one DPU, and no two DPUs one host',
  description:
    'A DPU serves one host. Where labels, annotations, DPF and the DPUs themselves tell of two, one of the hosts has its tunnels and its gateway on a DPU that does not serve it.',
  severity: 'error',
  scope: 'cluster',
  tags: ['cluster'],
  covers: [],
  requires: ['nodes'],
  messages: {
    TWO_HOSTS: {
      text: 'DPU {node} is claimed by {others}',
      cause:
        'ovnkube on another DPU has the name of a wrong host (external_ids:host-k8s-nodename), a DPU has the address that another one had, or a label was copied.',
      remedy:
        'On each DPU: sudo ovs-vsctl get Open_vSwitch . external_ids:host-k8s-nodename; then look at what the hosts are told: kubectl get node {others} -o yaml; with DPF also: kubectl get dpus.provisioning.dpu.nvidia.com -A -o yaml',
    },
    TWO_DPUS: {
      text: 'host {node} is served by {others}',
      cause:
        'Two DPUs have the name of this host (external_ids:host-k8s-nodename), or its node still has an annotation of a DPU that it had before.',
      remedy:
        'On each DPU: sudo ovs-vsctl get Open_vSwitch . external_ids:host-k8s-nodename; then look at what the host is told: kubectl get node {node} -o yaml; with DPF also: kubectl get dpus.provisioning.dpu.nvidia.com -A -o yaml',
    },
    UNKNOWN_HOST: {
      text: 'DPU {node} says that it serves {others}, and no node that was asked is called so',
      cause:
        'Two clusters call one machine by different names, such as with and without a domain; the label was copied; or the cluster that has the host was not named.',
      remedy:
        'Compare the names: kubectl get nodes -L provisioning.dpu.nvidia.com/host, in both clusters. Which belong together an inventory can say: dpu: {node}',
      level: 'warn',
    },
  },
  docs: ['seed A L107'],
  judge({ facts: { nodes }, subject, report }) {
    const sides = subject.nodes.filter(({ role }) => role === 'dpu' || role === 'dpu-host');
    const seen = [
      apiEvidence(
        nodesFact.lists.nodes,
        `${nodes.length} nodes, of which ${sides.length} are DPUs or DPU hosts`,
      ),
    ];
    if (sides.length === 0)
      return notApplicable(`none of the ${nodes.length} nodes is a DPU or a DPU host`, seen);
    const findings = subject.contradictions.flatMap(
      ({ kind, about: [first, ...others], signs, evidence }) => {
        const code = CODES.get(kind);
        if (code === undefined || first === undefined) return [];
        return report(code, {
          subject: first.node,
          args: { node: first.node, others: others.map(({ node }) => node).join(' ') },
          observed: signs.join('; '),
          expected: code === 'UNKNOWN_HOST' ? 'the name of a node' : 'one of them',
          evidence,
        });
      },
    );
    const several = subject.nodes.flatMap(({ node, dpuNames = [] }) =>
      dpuNames.length > 1
        ? `${node} has ${dpuNames.length} DPUs by DPF's objects (${dpuNames.join(', ')}): each is examined by itself, and none as a pair`
        : [],
    );
    return verdictOf(findings, seen, several.length === 0 ? undefined : several.join('; '));
  },
});
