import type { Workload } from '../../facts/cluster/workloads.ts';
import { workloadName } from '../../facts/cluster/workloads.ts';
import { fits } from '../../facts/derived/cluster/placement.ts';
import { record } from '../../facts/json.ts';
import { defineClusterCheck, notApplicable, verdictOf } from '../define.ts';
import { noneFound, ovnWorkloads, workloadEvidence } from './common.ts';

export const ovnkubeUpdateStrategy = defineClusterCheck({
  id: 'ovnkube/update-strategy',
  title: 'hosts that are cut off do not hold up an update of OVN-Kubernetes',
  description:
    "In the veth topology the pods on hosts never get ready. Where they are as many as the DaemonSet's maxUnavailable, an update waits for them for ever; the guide sets it to 100%.",
  severity: 'error',
  scope: 'cluster',
  tags: ['cluster', 'ovn-kubernetes'],
  covers: ['K54'],
  after: ['ovnkube/placement'],
  requires: ['workloads', 'nodes'],
  messages: {
    STANDS_STILL: {
      text: '{workload} may have {most} pods unavailable, and {away} are on hosts that are cut off',
      cause: 'Pods on those hosts never get ready, so the update never comes to the other nodes.',
      remedy:
        'Set spec.updateStrategy.rollingUpdate.maxUnavailable to 100%: kubectl -n {namespace} edit daemonset {name}',
      source: 'seed K L389-390',
    },
  },
  docs: ['seed K L389-390'],
  judge({ facts: { workloads, nodes }, subject, report }) {
    const own = ovnWorkloads(workloads).filter(({ kind }) => kind === 'DaemonSet');
    if (own.length === 0) return noneFound(workloads);
    const hosts = new Set(
      subject.nodes
        .filter(({ role, simulation }) => role === 'dpu-host' && simulation === 'veth')
        .map(({ node }) => node),
    );
    // Before the guide's step 14 nothing but kind's names tells that the workers that are away are its hosts.
    const kind = nodes.some(({ name }) => name.endsWith('-control-plane'));
    const away = nodes.filter(
      ({ name, ready }) =>
        ready?.status !== 'True' && (hosts.has(name) || (kind && /-worker\d*$/.test(name))),
    );
    const asked = own
      .map((workload) => ({ workload, count: away.filter((node) => fits(workload, node)).length }))
      .filter(({ count }) => count > 0);
    if (asked.length === 0)
      return notApplicable(
        'no DaemonSet of OVN-Kubernetes has pods on hosts of the veth topology that are cut off',
      );
    const seen = asked.map(({ workload, count }) =>
      workloadEvidence(
        workload,
        `${saidOf(workload)}; ${count} of ${workload.desired} pods on hosts that are cut off`,
      ),
    );
    const findings = asked.flatMap(({ workload, count }, index) => {
      const most = mostUnavailable(workload);
      // Where all of its pods are on such hosts, there is no other node that an update could come to.
      if (most === undefined || count < most || count >= workload.desired) return [];
      const { namespace, name } = workload;
      return report('STANDS_STILL', {
        subject: workloadName(workload),
        args: { workload: workloadName(workload), most, away: count, namespace, name },
        observed: saidOf(workload),
        expected: 'maxUnavailable: 100%',
        evidence: seen.slice(index, index + 1),
      });
    });
    return verdictOf(findings, seen);
  },
});

const rolling = ({ updateStrategy }: Workload): unknown =>
  record(updateStrategy['rollingUpdate'])['maxUnavailable'];

const saidOf = (workload: Workload): string =>
  `updateStrategy ${String(workload.updateStrategy['type'])}, maxUnavailable ${String(rolling(workload) ?? 1)}`;

/** How many pods may be away during an update; undefined where there is none by itself. Percentages are rounded up (DaemonSet v1 apps). */
function mostUnavailable(workload: Workload): number | undefined {
  if (workload.updateStrategy['type'] === 'OnDelete') return undefined;
  const most = rolling(workload) ?? 1;
  const percent = typeof most === 'string' ? /^(\d+)%$/.exec(most)?.[1] : undefined;
  return percent === undefined ? Number(most) : Math.ceil((Number(percent) * workload.desired) / 100);
}
