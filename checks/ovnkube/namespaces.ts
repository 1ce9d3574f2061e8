import { apiEvidence } from '../../facts/cluster/fact.ts';
import { namespaces as namespacesFact } from '../../facts/cluster/namespaces.ts';
import { defineClusterCheck, verdictOf } from '../define.ts';
import { noneFound, ovnWorkloads } from './common.ts';

export const ovnNamespaces = defineClusterCheck({
  id: 'ovnkube/namespaces',
  title: 'the namespaces of OVN-Kubernetes are there',
  description:
    "OVN-Kubernetes runs in one namespace, and a second, empty one stands for the traffic of hosts in network policies: ovn-config's host_network_namespace.",
  severity: 'error',
  scope: 'cluster',
  tags: ['cluster', 'ovn-kubernetes'],
  covers: ['K45', 'A50', 'D44'],
  requires: ['namespaces', 'workloads', 'configMaps'],
  messages: {
    MISSING: {
      text: 'there is no namespace {namespace}: {role}',
      cause: 'ovn-setup.yaml was not applied, or was applied for other names.',
      remedy: 'kubectl apply -f ovn-setup.yaml; or alone: kubectl create namespace {namespace}',
    },
    TERMINATING: {
      text: 'namespace {namespace} is being deleted: {role}',
      cause: 'Someone deleted it; nothing new can be made in it, and what is in it goes.',
      remedy: 'See what holds it: kubectl get namespace {namespace} -o yaml',
    },
  },
  docs: ['seed K L356', 'seed A L255'],
  judge({ facts: { namespaces, workloads, configMaps }, report }) {
    const own = ovnWorkloads(workloads);
    if (own.length === 0) return noneFound(workloads);
    const wanted = new Map(own.map(({ namespace }) => [namespace, 'OVN-Kubernetes runs in it']));
    for (const { name, namespace, data } of configMaps) {
      const host = data.get('host_network_namespace');
      if (name === 'ovn-config' && host)
        wanted.set(host, `it is host_network_namespace of ConfigMap ${namespace}/ovn-config`);
    }
    const phases = new Map(namespaces.map(({ name, phase }) => [name, phase]));
    const said = (name: string) =>
      `${name}: ${phases.get(name) ?? `not among ${namespaces.length} namespaces`}`;
    const seen = [...wanted.keys()].map((name) => apiEvidence(namespacesFact.lists.namespaces, said(name)));
    const findings = [...wanted].flatMap(([namespace, role]) => {
      const phase = phases.get(namespace);
      if (phase !== undefined && phase !== 'Terminating') return [];
      return report(phase === undefined ? 'MISSING' : 'TERMINATING', {
        subject: namespace,
        args: { namespace, role },
        observed: phase ?? 'no such namespace',
        expected: 'Active',
        evidence: [apiEvidence(namespacesFact.lists.namespaces, said(namespace))],
      });
    });
    return verdictOf(findings, seen);
  },
});
