import type { ClusterNode } from '../../facts/cluster/nodes.ts';
import { environmentOf } from '../../facts/derived/cluster/ovnkube.ts';
import type { Evidence } from '../../facts/fact.ts';
import { defineClusterCheck, notApplicable, verdictOf } from '../define.ts';
import { noneFound, ovnWorkloads } from './common.ts';

const ZONE = 'k8s.ovn.org/zone-name';

export const zoneNames = defineClusterCheck({
  id: 'ovnkube/zone-names',
  title: 'each node is a zone of its own, by the name of the node',
  description:
    'With OVN interconnect each node runs its own databases and is its own zone. The start scripts of the guides take the name from the label k8s.ovn.org/zone-name; ovnkube then writes it as an annotation. Newer releases need no label.',
  severity: 'error',
  scope: 'cluster',
  tags: ['cluster', 'ovn-kubernetes'],
  covers: ['K50', 'D21', 'D23'],
  requires: ['nodes', 'workloads', 'configMaps'],
  messages: {
    OTHER: {
      text: 'node {node} has {where} {zone} and not its own name',
      cause: 'The label was copied from another node; two nodes of one zone take each other for local.',
      remedy:
        'kubectl label --overwrite node {node} k8s.ovn.org/zone-name={node}; then restart ovnkube there',
      source: 'seed K L377-379',
    },
    MISSING: {
      text: 'node {node} has no label k8s.ovn.org/zone-name, and other nodes have',
      cause: 'The node was added after the others were labelled; it is in the zone global then.',
      remedy: 'kubectl label node {node} k8s.ovn.org/zone-name={node}',
      source: 'seed K L377-379',
    },
  },
  docs: ['seed K L377-379', 'seed D L99-104'],
  judge({ facts: { nodes, workloads, configMaps }, report }) {
    const own = ovnWorkloads(workloads);
    if (own.length === 0) return noneFound(workloads);
    const seen = nodes.slice(0, 20).map(zoneEvidence);
    const interconnect = own.some(({ containers, namespace }) =>
      containers.some((container) => {
        const told = environmentOf(container, 'OVN_ENABLE_INTERCONNECT', namespace, configMaps);
        return told !== undefined && told !== 'unknown' && told.value === 'true';
      }),
    );
    const named = nodes.filter(({ labels, annotations }) => labels.has(ZONE) || annotations.has(ZONE));
    if (named.length === 0) return notApplicable('no node has a zone by label or annotation', seen);
    if (!interconnect) return notApplicable('OVN interconnect is not on, so all nodes are of one zone', seen);
    const labels = nodes.some((node) => node.labels.has(ZONE));
    const findings = nodes.flatMap((node) => {
      const label = node.labels.get(ZONE);
      const annotation = node.annotations.get(ZONE);
      const about = { subject: node.name, expected: node.name, evidence: [zoneEvidence(node)] };
      if (label !== undefined && label !== node.name)
        return report('OTHER', {
          ...about,
          args: { node: node.name, where: `the label ${ZONE}`, zone: label },
          observed: label,
        });
      if (annotation !== undefined && annotation !== node.name)
        return report('OTHER', {
          ...about,
          args: { node: node.name, where: `the annotation ${ZONE}`, zone: annotation },
          observed: annotation,
        });
      // An annotation that is right shows a release that needs no label.
      if (!labels || label !== undefined || annotation !== undefined) return [];
      return report('MISSING', { ...about, args: { node: node.name }, observed: 'no label' });
    });
    return verdictOf(findings, seen);
  },
});

const zoneEvidence = ({ name, labels, annotations }: ClusterNode): Evidence => ({
  source: `kubectl get node ${name} -o yaml`,
  said: `${name}: label ${ZONE}: ${labels.get(ZONE) ?? 'none'}, annotation: ${annotations.get(ZONE) ?? 'none'}`,
});
