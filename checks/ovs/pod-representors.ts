import { representorsOf } from '../../facts/derived/dpu-ports.ts';
import { describeVf, examinedPfs, type Vf, vfsOf } from '../../facts/derived/functions.ts';
import { attached, integrationBridgeName } from '../../facts/derived/ovs-topology.ts';
import { evidence } from '../../facts/fact.ts';
import { definePairCheck, notApplicable, verdictOf } from '../define.ts';
import { NO_OVS } from './common.ts';

export const podRepresentors = definePairCheck({
  id: 'ovs/pod-representors',
  title: 'every VF that a pod holds has its representor in a bridge of the DPU',
  description:
    "A VF whose network device has left the host's network namespace is a pod's. What it sends comes out of its representor, and goes nowhere unless that is a port of a bridge.",
  severity: 'error',
  scope: 'pair',
  roles: ['dpu-host', 'dpu'],
  tags: ['ovs', 'ovn', 'representors'],
  covers: ['A64f'],
  // Where a cluster tells whose the VFs are, that check names the pod.
  after: [
    'sriov/virtfn-links',
    'sriov/eswitch-mode',
    'ovs/integration-bridge',
    'ovs/port-errors',
    'chain/pod-ports',
  ],
  requires: { host: ['netdevs', 'ovnkube', 'pci'], dpu: ['links', 'netdevs', 'ovs'] },
  expects: ['pf'],
  hardware: true,
  messages: {
    NO_REPRESENTOR: {
      text: 'vf representor for pfID: {pfId}, vfIndex: {number} not found',
      cause: 'The VF was made after the DPU had started, its eswitch was reset, or the representor is gone.',
      remedy:
        'Look for it on the DPU: grep . /sys/class/net/*/phys_port_name; then delete the pod that holds the VF, so that the CNI makes it anew',
      source: 'sriovnet, which OVN-Kubernetes calls',
    },
    NOT_PLUMBED: {
      text: 'the representor {representor} of VF {number}, which a pod holds, is in no bridge of the DPU',
      cause:
        "ovnkube on the DPU adds it when the pod's annotation k8s.ovn.org/dpu.connection-details arrives: it does not run, serves another host, or the port was deleted.",
      remedy:
        'Look at the log of ovnkube-node on the DPU, then delete the pod, so that the CNI makes it anew: kubectl -n ovn-kubernetes logs <ovnkube-node-dpu pod> | grep {representor}',
    },
  },
  docs: ['seed A L408-433'],
  judge({ host, dpu, expected, report }) {
    if (!dpu.ovs.present) return notApplicable(NO_OVS);
    const { pfs } = examinedPfs(host, expected.pf?.value);
    const held = pfs.flatMap((pf) => vfsOf(pf, host.pci)).filter(({ state }) => state === 'elsewhere');
    const shown = (vf: Vf) => evidence(`/sys/bus/pci/devices/${vf.address}`, describeVf(vf));
    if (held.length === 0) return notApplicable("all VFs of the PF are in the host's network namespace");
    const ports = new Set(attached(dpu.ovs).flatMap(({ name, port }) => [name, port]));
    const enslaved = new Set(dpu.links.filter(({ master }) => master !== undefined).map(({ name }) => name));
    const findings = held.flatMap((vf) => {
      const pfId = functionNumber(vf.pf);
      const found = representorsOf(pfId, vf.number, dpu.netdevs);
      const [representor] = found;
      const names = found.length > 0 ? found : [`pf${pfId}vf${vf.number}`];
      if (names.some((name) => ports.has(name) || enslaved.has(name))) return [];
      const about = { subject: vf.address, expected: `a port of ${integrationBridgeName(dpu.ovs)}` };
      const said = evidence(
        '/sys/class/net/*/phys_port_name',
        representor ?? `none of pf${pfId}vf${vf.number}`,
      );
      const proof = { ...about, evidence: [shown(vf), said] };
      return representor === undefined
        ? [report('NO_REPRESENTOR', { ...proof, args: { pfId, number: vf.number }, observed: said.said })]
        : [
            report('NOT_PLUMBED', {
              ...proof,
              args: { representor, number: vf.number },
              observed: `${representor} is in no bridge`,
            }),
          ];
    });
    return verdictOf(findings, held.map(shown), `pods hold ${held.length} VFs`);
  },
});

/** sriovnet takes the number of the PCI function for the number of the PF. */
const functionNumber = (address: string): number => Number(address.at(-1));
