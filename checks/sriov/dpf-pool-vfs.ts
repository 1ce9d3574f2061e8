import { describeVf } from '../../facts/derived/functions.ts';
import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { dpfVfs, NO_DPF } from './dpf.ts';

export const dpfPoolVfs = defineCheck({
  id: 'sriov/dpf-pool-vfs',
  title: 'VFs are left for pods',
  description: 'vf0 and vf1 are taken; each pod that uses OVN-Kubernetes in DPU mode gets one of the others.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu-host'],
  tags: ['sriov', 'dpf', 'device-plugin'],
  covers: ['D27'],
  after: ['sriov/num-vfs', 'sriov/virtfn-links'],
  requires: ['links', 'netdevs', 'ovnkube', 'pci'],
  expects: ['pf'],
  hardware: true,
  messages: {
    NONE_LEFT: {
      text: 'the PF {pf} has {count} VFs, and none is left for pods',
      cause: 'The remaining VFs are allocated by SR-IOV Device Plugin.',
      remedy:
        'Raise the number of VFs in the DPUFlavor or the host configuration of DPF; now: cat /sys/bus/pci/devices/{pf}/sriov_numvfs',
      source: 'seed D L112',
    },
  },
  docs: ['seed D L108-112'],
  judge({ facts, expected, report }) {
    const vfs = dpfVfs(facts, expected.pf?.value);
    if (vfs === undefined) return notApplicable(NO_DPF);
    const [first] = vfs;
    if (first === undefined) return notApplicable('the PF has no VFs');
    const pool = vfs.filter(({ number }) => number >= 2);
    const said = vfs.map((vf) =>
      evidence(`/sys/bus/pci/devices/${vf.pf}/virtfn${vf.number}`, describeVf(vf)),
    );
    if (pool.length > 0) return verdictOf([], said, `${pool.length} VFs for pods`);
    const finding = report('NONE_LEFT', {
      subject: first.pf,
      args: { pf: first.pf, count: vfs.length },
      observed: `${vfs.length} VFs`,
      expected: 'vf2 and more',
      evidence: said,
    });
    return verdictOf([finding], said);
  },
});
