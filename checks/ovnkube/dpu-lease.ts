import { apiEvidence } from '../../facts/cluster/fact.ts';
import { type DpuLease, leases as leasesFact } from '../../facts/cluster/leases.ts';
import { defineCheck, notApplicable, pass, undetermined, verdictOf } from '../define.ts';

/** OVN-Kubernetes, go-controller/pkg/node/dpulease/manager.go. */
const HOLDER = 'ovnkube-dpu-node';

export const dpuLease = defineCheck({
  id: 'ovnkube/dpu-lease',
  title: 'the DPU says that it serves the host: its lease is renewed',
  description:
    'ovnkube on the DPU renews a lease for its host. When it has expired, the CNI plugin on the host answers DPU Not Ready and no pod gets a network. Compared with the clock of the API server, not with that of this machine.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu-host'],
  tags: ['cluster', 'ovn-kubernetes'],
  covers: [],
  after: ['cluster/dpu-labels'],
  requires: [],
  requiresCluster: ['leases'],
  messages: {
    NOT_FOUND: {
      text: 'DPU node lease not found',
      cause:
        'ovnkube has not started on the host, which makes the lease, or its lease was deleted. Other hosts have one.',
      remedy:
        'kubectl -A get leases | grep ovn-dpu-{node}; kubectl -A get pods --field-selector spec.nodeName={node}',
      source: 'ovn-kubernetes go-controller/pkg/node/dpulease/manager.go',
    },
    INCOMPLETE: {
      text: 'DPU node lease missing renew time or duration',
      cause: 'The host made the lease, and the DPU has never renewed it.',
      remedy: 'kubectl -n {namespace} get lease ovn-dpu-{node} -o yaml; then the log of ovnkube on the DPU',
      source: 'ovn-kubernetes go-controller/pkg/node/dpulease/manager.go',
    },
    EXPIRED: {
      text: 'DPU node lease expired at {time}',
      cause:
        "ovnkube on the DPU does not run, can not reach the API server of the host, or speaks for another host (host-k8s-nodename in Open vSwitch); or the DPU's clock is behind: the time in the lease is the DPU's.",
      remedy:
        'kubectl -n {namespace} get lease ovn-dpu-{node} -o yaml; on the DPU: sudo ovs-vsctl get Open_vSwitch . external_ids:host-k8s-nodename',
      source: 'ovn-kubernetes go-controller/pkg/node/dpulease/manager.go',
    },
    AHEAD: {
      text: 'the lease ovn-dpu-{node} was renewed {seconds} s after the time that the API server has now',
      cause:
        "The DPU's clock is ahead: when the DPU fails, the lease goes on that much longer, and its host sends pods to it.",
      remedy: 'On the DPU: date -u; timedatectl; and let it have the time of the others: chronyc sources',
      source: 'ovn-kubernetes go-controller/pkg/node/dpulease/manager.go',
      level: 'warn',
    },
    OTHER_HOLDER: {
      text: 'the lease ovn-dpu-{node} is held by {holder}',
      cause:
        'Something else than ovnkube on a DPU writes the lease: that it is renewed says nothing of the DPU.',
      remedy: 'kubectl -n {namespace} get lease ovn-dpu-{node} -o yaml --show-managed-fields',
      source: 'ovn-kubernetes go-controller/pkg/node/dpulease/manager.go',
    },
  },
  docs: ['OVN-Kubernetes docs/okeps/okep-5674-dpu-healthcheck.md'],
  judge({ cluster: { leases }, subject, report }) {
    const node = subject.nodeName ?? subject.name;
    const list = leasesFact.lists.leases;
    // One of an installation that was in another namespace may have stayed: the one that was renewed last counts.
    const [own] = leases
      .filter((lease) => lease.node === node)
      .sort((one, other) => renewedAt(other) - renewedAt(one));
    if (own === undefined) {
      const seen = [apiEvidence(list, `${leases.length} leases of DPUs, none called ovn-dpu-${node}`)];
      // Older releases know no leases, and an interval of 0 turns them off.
      if (leases.length === 0)
        return notApplicable(
          'no DPU of this cluster keeps a lease: the release has none, or they are off',
          seen,
        );
      const args = { node };
      return verdictOf(
        [
          report('NOT_FOUND', {
            subject: node,
            args,
            observed: 'no lease',
            expected: `ovn-dpu-${node}`,
            evidence: seen,
          }),
        ],
        seen,
      );
    }
    const { namespace, holder, durationSeconds, renewTime, readAt } = own;
    const renewed = Date.parse(renewTime ?? '');
    const said = `${namespace}/${own.name}: holder ${holder || 'nobody'}, renewed ${renewTime ?? 'never'}, for ${durationSeconds ?? 'no'} s`;
    const clock = readAt === undefined ? 'unknown' : new Date(readAt).toISOString();
    const seen = [apiEvidence(list, `${said}; the API server's clock: ${clock}`)];
    const about = { subject: own.name, evidence: seen, observed: said };
    const args = { node, namespace };
    if (Number.isNaN(renewed) || durationSeconds === undefined)
      return verdictOf(
        [report('INCOMPLETE', { ...about, args, expected: 'renewTime and leaseDurationSeconds' })],
        seen,
      );
    if (holder !== HOLDER)
      return verdictOf(
        [
          report('OTHER_HOLDER', {
            ...about,
            args: { ...args, holder: holder || 'nobody' },
            expected: HOLDER,
          }),
        ],
        seen,
      );
    if (readAt === undefined)
      return undetermined(
        "the API server's clock is not known, so whether the lease has expired is not",
        'Run it again.',
        seen,
      );
    const end = renewed + durationSeconds * 1000;
    const ahead = Math.round((renewed - readAt) / 1000);
    if (ahead > durationSeconds)
      return verdictOf(
        [
          report('AHEAD', {
            ...about,
            args: { ...args, seconds: ahead },
            expected: `renewed within ${durationSeconds} s before ${clock}`,
          }),
        ],
        seen,
      );
    if (readAt <= end)
      return pass(seen, `renewed ${Math.max(0, Math.round((readAt - renewed) / 1000))} s before`);
    const time = new Date(end).toISOString().replace(/\.\d+/, '');
    return verdictOf(
      [
        report('EXPIRED', {
          ...about,
          args: { ...args, time },
          expected: `renewed within ${durationSeconds} s before ${clock}`,
        }),
      ],
      seen,
    );
  },
});

const renewedAt = ({ renewTime }: DpuLease): number => Date.parse(renewTime ?? '') || 0;
