import { describeVf, examinedPfs, vfsOf } from '../../facts/derived/functions.ts';
import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';

export const vfDrivers = defineCheck({
  id: 'sriov/vf-drivers',
  title: 'a network driver is bound to every VF',
  description:
    "A VF that a pod holds has its network device in the pod's network namespace, which is as it should be. One on vfio-pci or without a driver has none, and OVN-Kubernetes can't use it.",
  severity: 'error',
  scope: 'node',
  roles: ['dpu-host'],
  tags: ['sriov', 'driver'],
  covers: ['A57', 'G26', 'G50'],
  after: ['sriov/physfn-links', 'gateway/management-port-exists'],
  requires: ['netdevs', 'ovnkube', 'pci'],
  expects: ['pf'],
  hardware: true,
  messages: {
    UNBOUND: {
      text: 'no driver is bound to the VF {vf}',
      cause:
        'The driver was not loaded or refused the VF, sriov_drivers_autoprobe is 0, or driver_override names another driver.',
      remedy:
        'Bind it, and look why it was not: cat /sys/bus/pci/devices/{vf}/driver_override; echo > /sys/bus/pci/devices/{vf}/driver_override; echo {vf} > /sys/bus/pci/drivers_probe; dmesg | grep {vf}',
      source: 'seed G L82',
    },
    PASSED_THROUGH: {
      text: 'cannot get a network device with pci address {vf}: it is bound to {driver}',
      cause: 'The VF is handed to a virtual machine or to user space, and has no network device.',
      remedy:
        'If it is meant for pods, give it back to its network driver: echo {vf} > /sys/bus/pci/drivers/{driver}/unbind; echo > /sys/bus/pci/devices/{vf}/driver_override; echo {vf} > /sys/bus/pci/drivers_probe',
      source: 'sriovnet, which OVN-Kubernetes calls',
      level: 'warn',
    },
  },
  docs: ['seed G L82', 'seed G L197'],
  judge({ facts, expected, report }) {
    const vfs = examinedPfs(facts, expected.pf?.value).pfs.flatMap((pf) => vfsOf(pf, facts.pci));
    if (vfs.length === 0) return notApplicable('no PF on this node has VFs');
    const saidOf = (vf: (typeof vfs)[number]) =>
      evidence(`/sys/bus/pci/devices/${vf.address}/{driver,net}`, describeVf(vf));
    const codes = { unbound: 'UNBOUND', 'passed-through': 'PASSED_THROUGH' } as const;
    const findings = vfs.flatMap((vf) =>
      vf.state === 'unbound' || vf.state === 'passed-through'
        ? [
            report(codes[vf.state], {
              subject: vf.address,
              args: { vf: vf.address, driver: vf.driver ?? '' },
              observed: describeVf(vf),
              expected: 'a network driver',
              evidence: [saidOf(vf)],
            }),
          ]
        : [],
    );
    const elsewhere = vfs.filter(({ state }) => state === 'elsewhere').length;
    return verdictOf(
      findings,
      vfs.map(saidOf),
      elsewhere === 0 ? undefined : `${elsewhere} of ${vfs.length} are in another network namespace`,
    );
  },
});
