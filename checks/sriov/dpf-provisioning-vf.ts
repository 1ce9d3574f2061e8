import { describeVf } from '../../facts/derived/functions.ts';
import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { DPF_BRIDGE, dpfVfs, NO_DPF } from './dpf.ts';

export const dpfProvisioningVf = defineCheck({
  id: 'sriov/dpf-provisioning-vf',
  title: 'the first VF is in br-dpu, for provisioning',
  description: 'DPF reaches the DPU through vf0, a port of the bridge br-dpu.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu-host'],
  tags: ['sriov', 'dpf'],
  covers: ['D25'],
  after: ['sriov/physfn-links'],
  requires: ['links', 'netdevs', 'ovnkube', 'pci'],
  expects: ['pf'],
  hardware: true,
  messages: {
    NOT_IN_BRIDGE: {
      text: 'vf0 ({vf}) is not in br-dpu',
      cause: 'The first VF (vf0) is used by provisioning components.',
      remedy: 'Look at the bridge, then add it: bridge link show; ip link set {netdev} master br-dpu',
      source: 'seed D L110',
    },
  },
  docs: ['seed D L108-112'],
  judge({ facts, expected, report }) {
    const vfs = dpfVfs(facts, expected.pf?.value);
    if (vfs === undefined) return notApplicable(NO_DPF);
    const vf = vfs.find(({ number }) => number === 0);
    if (vf === undefined) return notApplicable('the PF has no VFs');
    const link = facts.links.find(({ name }) => vf.netdevs.includes(name));
    const said = [
      evidence(`/sys/bus/pci/devices/${vf.pf}/virtfn0`, describeVf(vf)),
      evidence('ip -j -d addr show', `${link?.name ?? 'vf0'}: master ${link?.master ?? 'none'}`),
    ];
    if (link?.master === DPF_BRIDGE) return verdictOf([], said);
    const finding = report('NOT_IN_BRIDGE', {
      subject: vf.address,
      args: { vf: vf.address, netdev: link?.name ?? '<netdev>' },
      observed: link === undefined ? describeVf(vf) : `${link.name}: master ${link.master ?? 'none'}`,
      expected: `master ${DPF_BRIDGE}`,
      evidence: said,
    });
    return verdictOf([finding], said);
  },
});
