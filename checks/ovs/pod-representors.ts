import { describePort } from '../../facts/derived/chain/ovs-ports.ts';
import { representorsOf } from '../../facts/derived/dpu-ports.ts';
import { describeVf, examinedPfs, type Vf, vfsOf } from '../../facts/derived/functions.ts';
import { attached, externalBridge, integrationBridgeName } from '../../facts/derived/ovs-topology.ts';
import { unpluggedIn } from '../../facts/derived/plugged.ts';
import { evidence } from '../../facts/fact.ts';
import { definePairCheck, notApplicable, verdictOf } from '../define.ts';
import { NO_OVS } from './common.ts';

export const podRepresentors = definePairCheck({
  id: 'ovs/pod-representors',
  title: 'every VF that a pod holds is plugged in on the DPU',
  description:
    "A VF whose network device has left the host's network namespace is a pod's. What it sends comes out of its representor, and goes nowhere unless that is a port of a bridge, and on the integration bridge one that OVN knows as a pod's.",
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
    'chain/port-duplicates',
    'ovs/ovn-connected',
  ],
  requires: { host: ['netdevs', 'ovnkube', 'pci'], dpu: ['links', 'netdevs', 'ovs'] },
  expects: ['external-bridge', 'pf'],
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
    NOT_BOUND: {
      text: 'the representor {representor} of VF {number}, which a pod holds, is a port of {bridge} and bound to no logical port: {why}',
      cause:
        "ovn-controller binds a port to the logical port that its iface-id names, and then sets ovn-installed. The pod's logical port has another name or is gone, or somebody changed the port.",
      remedy:
        'Look at the port on the DPU, then delete the pod, so that the CNI makes it anew: ovs-vsctl get Interface {representor} external_ids',
      source: 'ovn-controller(8)',
    },
    OUTSIDE: {
      text: 'the representor {representor} of VF {number}, which a pod holds, is on {bridge} and not on {inner}',
      cause: 'Somebody moved the port. ovn-controller binds ports of the integration bridge alone.',
      remedy:
        'Delete the pod, so that its port is made anew; before that: ovs-vsctl del-port {bridge} {representor}',
    },
  },
  docs: ['seed A L408-433'],
  judge({ host, dpu, expected, report }) {
    if (!dpu.ovs.present) return notApplicable(NO_OVS);
    const { pfs } = examinedPfs(host, expected.pf?.value);
    const held = pfs.flatMap((pf) => vfsOf(pf, host.pci)).filter(({ state }) => state === 'elsewhere');
    const shown = (vf: Vf) => evidence(`/sys/bus/pci/devices/${vf.address}`, describeVf(vf));
    if (held.length === 0) return notApplicable("all VFs of the PF are in the host's network namespace");
    const all = attached(dpu.ovs);
    const inner = integrationBridgeName(dpu.ovs);
    const outer = externalBridge(dpu.ovs, expected['external-bridge']?.value)?.name;
    const unplugged = unpluggedIn(dpu.ovs, outer);
    const enslaved = new Set(dpu.links.filter(({ master }) => master !== undefined).map(({ name }) => name));
    const findings = held.flatMap((vf) => {
      const pfId = functionNumber(vf.pf);
      const found = representorsOf(pfId, vf.number, dpu.netdevs);
      const [representor] = found;
      const names = found.length > 0 ? found : [`pf${pfId}vf${vf.number}`];
      const own = all.filter(({ name, port }) => names.includes(name) || names.includes(port));
      if (own.length > 0 || names.some((name) => enslaved.has(name))) {
        // Of the representors of several hosts, one that is plugged in is enough.
        const wrong = own.map((port) => ({ port, is: unplugged(port) }));
        const [first] = wrong;
        if (first?.is === undefined || wrong.some(({ is }) => is === undefined)) return [];
        const { code, bridge, why, wanted } = first.is;
        return [
          report(code, {
            subject: vf.address,
            args: { representor: first.port.name, number: vf.number, bridge, inner, why },
            observed: why,
            expected: wanted,
            evidence: [shown(vf), describePort(first.port)],
          }),
        ];
      }
      const about = { subject: vf.address, expected: `a port of ${inner}` };
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
