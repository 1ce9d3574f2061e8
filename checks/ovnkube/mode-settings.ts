import type { ConfigMap } from '../../facts/cluster/config-maps.ts';
import {
  containerName,
  type NodeContainer,
  nodeContainers,
  settingOf,
} from '../../facts/derived/cluster/ovnkube.ts';
import { defineClusterCheck, notApplicable, verdictOf } from '../define.ts';
import { nodesOf, noneFound, ovnWorkloads, workloadEvidence } from './common.ts';

/** Seconds, unless it is told otherwise (OVN-Kubernetes, config.go). */
const DEFAULTS = { leaseRenewInterval: 10, leaseDuration: 40 };

export const ovnkubeModeSettings = defineClusterCheck({
  id: 'ovnkube/mode-settings',
  title: 'what is set for DPU hosts and DPUs is something that ovnkube starts with',
  description:
    'ovnkube ends at its start where a setting does not go with its mode: hybrid overlay, and times of leases that make no sense.',
  severity: 'error',
  scope: 'cluster',
  tags: ['cluster', 'ovn-kubernetes', 'configuration'],
  covers: ['K41'],
  after: ['ovnkube/node-mode'],
  requires: ['workloads', 'configMaps'],
  messages: {
    HYBRID_OVERLAY: {
      text: 'hybrid overlay is not supported with ovnkube-node mode {mode}',
      cause: 'What hybrid overlay adds to a node has no place in hardware.',
      remedy:
        'kubectl -n {namespace} set env daemonset {name} -c {container} OVN_HYBRID_OVERLAY_ENABLE=false',
      source: 'ovn-kubernetes go-controller/pkg/config/config.go',
    },
    LEASE_INTERVAL: {
      text: "invalid dpu-node-lease-renew-interval '{interval}'. must be >= 0",
      cause: '0 turns leases off, 10 is the default.',
      remedy: 'Correct it: kubectl -n {namespace} edit daemonset {name}',
      source: 'ovn-kubernetes go-controller/pkg/config/config.go',
    },
    LEASE_DURATION: {
      text: "invalid dpu-node-lease-duration '{duration}'. must be > dpu-node-lease-renew-interval '{interval}'",
      cause: 'A lease that ends before it is renewed would always have expired.',
      remedy: 'Correct it: kubectl -n {namespace} edit daemonset {name}',
      source: 'ovn-kubernetes go-controller/pkg/config/config.go',
    },
  },
  docs: ['seed K L270-329'],
  judge({ facts: { workloads, configMaps }, subject, report }) {
    if (ovnWorkloads(workloads).length === 0) return noneFound(workloads);
    const asked = nodeContainers(workloads, configMaps).filter(
      ({ mode }) => mode?.value === 'dpu' || mode?.value === 'dpu-host',
    );
    if (asked.length === 0)
      return notApplicable('no DaemonSet runs ovnkube in dpu or dpu-host mode: these rules are for those');
    const seen = asked.map((one) => workloadEvidence(one.workload, saidOf(one, configMaps)));
    const findings = asked.flatMap((one, index) => {
      const code = problemOf(one, configMaps);
      if (code === undefined) return [];
      const { interval, duration } = leaseOf(one, configMaps);
      const where = containerName(one);
      return report(code, {
        subject: where,
        args: {
          mode: one.mode?.value ?? '',
          namespace: one.workload.namespace,
          name: one.workload.name,
          container: one.container.name,
          interval,
          duration,
        },
        observed: saidOf(one, configMaps),
        expected: 'no hybrid overlay, and leases that last longer than it takes to renew them',
        evidence: seen.slice(index, index + 1),
        ...nodesOf(subject, one.mode?.value),
      });
    });
    return verdictOf(findings, seen);
  },
});

function problemOf(one: NodeContainer, configMaps: readonly ConfigMap[]) {
  const hybrid = settingOf(one, 'hybridOverlay', configMaps);
  if (hybrid !== undefined && hybrid !== 'unknown' && hybrid.value === 'true') return 'HYBRID_OVERLAY';
  const { interval, duration } = leaseOf(one, configMaps);
  if (interval < 0) return 'LEASE_INTERVAL';
  return duration <= interval || duration <= 0 ? 'LEASE_DURATION' : undefined;
}

function leaseOf(one: NodeContainer, configMaps: readonly ConfigMap[]) {
  const seconds = (name: keyof typeof DEFAULTS): number => {
    const told = settingOf(one, name, configMaps);
    const value = told === undefined || told === 'unknown' ? Number.NaN : Number(told.value);
    return Number.isInteger(value) ? value : DEFAULTS[name];
  };
  return { interval: seconds('leaseRenewInterval'), duration: seconds('leaseDuration') };
}

function saidOf(one: NodeContainer, configMaps: readonly ConfigMap[]): string {
  const hybrid = settingOf(one, 'hybridOverlay', configMaps);
  const { interval, duration } = leaseOf(one, configMaps);
  const said =
    hybrid === undefined
      ? 'no hybrid overlay'
      : hybrid === 'unknown'
        ? 'hybrid overlay filled in elsewhere'
        : hybrid.said;
  return `container ${one.container.name}: ${one.mode?.said}; ${said}; leases of ${duration} s, renewed every ${interval} s`;
}
