import { RENAMED_MANAGEMENT_PORT } from '../../facts/derived/gateway.ts';
import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { dpfVfs, NO_DPF } from './dpf.ts';

export const dpfManagementVf = defineCheck({
  id: 'sriov/dpf-management-vf',
  title: 'the second VF is the management port',
  description: 'DPF keeps vf1 for OVN-Kubernetes, and its configuration on the DPU counts on that.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu-host'],
  tags: ['sriov', 'dpf', 'management-port'],
  covers: ['D26'],
  after: ['sriov/physfn-links', 'gateway/management-port-exists', 'gateway/pf-pci-address'],
  requires: ['links', 'netdevs', 'ovnkube', 'pci'],
  expects: ['pf'],
  hardware: true,
  messages: {
    OTHER_VF: {
      text: 'the management port is vf{number} ({vf}) and not vf1',
      cause: 'The second VF (vf1) is used by ovn-kubernetes.',
      remedy:
        "Give ovnkube-node the second VF's network device: --ovnkube-node-mgmt-port-netdev=<netdev>; it is in: ls /sys/bus/pci/devices/{pf}/virtfn1/net",
      source: 'seed D L111',
    },
  },
  docs: ['seed D L108-112'],
  judge({ facts, expected, report }) {
    const vfs = dpfVfs(facts, expected.pf?.value);
    if (vfs === undefined) return notApplicable(NO_DPF);
    const names = [RENAMED_MANAGEMENT_PORT, facts.ovnkube.managementPort?.value ?? ''];
    const vf = vfs.find(({ netdevs }) => netdevs.some((name) => names.includes(name)));
    if (vf === undefined) return notApplicable('OVN-Kubernetes has set up no management port here yet');
    const said = [evidence(`ls /sys/bus/pci/devices/${vf.pf}/virtfn${vf.number}/net`, vf.netdevs.join(' '))];
    if (vf.number === 1) return verdictOf([], said);
    const finding = report('OTHER_VF', {
      subject: vf.address,
      args: { number: vf.number, vf: vf.address, pf: vf.pf },
      observed: `virtfn${vf.number}`,
      expected: 'virtfn1',
      evidence: said,
    });
    return verdictOf([finding], said);
  },
});
