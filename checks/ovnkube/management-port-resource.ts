import { apiEvidence } from '../../facts/cluster/fact.ts';
import { pods as podsFact } from '../../facts/cluster/pods.ts';
import { workloadName } from '../../facts/cluster/workloads.ts';
import { nodeContainers, settingOf } from '../../facts/derived/cluster/ovnkube.ts';
import { fits } from '../../facts/derived/cluster/placement.ts';
import type { Evidence } from '../../facts/fact.ts';
import { defineClusterCheck, notApplicable, verdictOf } from '../define.ts';
import { noneFound, ovnWorkloads, workloadEvidence } from './common.ts';

export const ovnkubeManagementPortResource = defineClusterCheck({
  id: 'ovnkube/management-port-resource',
  title: "each node has devices of the management port's resource, and ovnkube asks for one",
  description:
    'OVN-Kubernetes takes the management port from the devices that the device plugin gave its container. Where it gave none, ovnkube silently takes the network device instead, or has none.',
  severity: 'error',
  scope: 'cluster',
  tags: ['cluster', 'ovn-kubernetes', 'device-plugin'],
  covers: ['G43', 'G45'],
  after: ['ovnkube/management-port'],
  requires: ['workloads', 'configMaps', 'nodes', 'pods'],
  messages: {
    NO_DEVICES: {
      text: 'node {node} has no devices of {resource}, which {workload} takes the management port from',
      cause:
        "The device plugin does not run there, or its ConfigMap's selectors fit nothing, or its resourcePrefix is another one.",
      remedy:
        "kubectl describe node {node}; kubectl -n kube-system get configmaps sriovdp-config -o yaml; then the device plugin's log",
      source: 'seed G L186',
    },
    NOT_REQUESTED: {
      text: '{workload} takes the management port from {resource}, and its pod {pod} asks for none',
      cause:
        'Without a request the device plugin gives the container no device, and ovnkube falls back to OVNKUBE_NODE_MGMT_PORT_NETDEV silently.',
      remedy:
        'Request {resource} in the resources of the container that runs ovnkube: kubectl -n {namespace} edit daemonset {name}',
      source: 'ovn-kubernetes go-controller/pkg/controllermanager',
    },
  },
  docs: ['seed G L180-186'],
  judge({ facts: { workloads, configMaps, nodes, pods }, report }) {
    if (ovnWorkloads(workloads).length === 0) return noneFound(workloads);
    const asked = nodeContainers(workloads, configMaps).flatMap((one) => {
      const setting = settingOf(one, 'managementPortResource', configMaps);
      return one.mode?.value !== 'dpu-host' || setting === undefined || setting === 'unknown'
        ? []
        : [{ ...one, setting }];
    });
    if (asked.length === 0)
      return notApplicable('no DaemonSet of DPU hosts gives a resource for the management port');
    const seen: Evidence[] = [];
    const findings = asked.flatMap(({ workload, setting }) => {
      const resource = setting.value;
      const name = workloadName(workload);
      const args = { workload: name, resource, namespace: workload.namespace, name: workload.name };
      seen.push(workloadEvidence(workload, setting.said));
      const poor = nodes
        .filter((node) => fits(workload, node))
        .flatMap((node) => {
          const amount = node.allocatable.get(resource);
          const said = `${node.name}: allocatable ${resource}: ${amount ?? 'not there'}`;
          const evidence = [{ source: `kubectl get node ${node.name} -o yaml`, said }];
          seen.push(...evidence);
          if (Number(amount ?? 0) >= 1) return [];
          return report('NO_DEVICES', {
            subject: node.name,
            args: { ...args, node: node.name },
            observed: amount ?? `no ${resource}`,
            expected: 'at least 1',
            evidence,
          });
        });
      const bare = pods.find(
        ({ owner, deleting, devices }) =>
          owner?.uid === workload.uid && !deleting && Number(devices.get(resource) ?? 0) < 1,
      );
      if (bare === undefined) return poor;
      const pod = `${bare.namespace}/${bare.name}`;
      return [
        ...poor,
        report('NOT_REQUESTED', {
          subject: name,
          args: { ...args, pod },
          observed: `pod ${pod} requests no ${resource}`,
          expected: `${resource}: at least 1`,
          evidence: [apiEvidence(podsFact.lists.pods, `${pod}: no ${resource} in its requests`)],
        }),
      ];
    });
    return verdictOf(findings, seen.slice(0, 20));
  },
});
