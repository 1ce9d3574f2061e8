import { examinedPfs, isPassedThrough } from '../../facts/derived/functions.ts';
import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';

export const pfDriver = defineCheck({
  id: 'sriov/pf-driver',
  title: 'a network driver is bound to the PF',
  description: 'Without its driver a PF has no network device, and nobody manages its VFs.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu-host'],
  tags: ['sriov', 'driver'],
  covers: ['G26', 'G50'],
  // Where the gateway is derived from the PF, that tells the same fault in the document's words.
  after: ['sriov/vfs-created', 'gateway/pf-netdevs'],
  requires: ['netdevs', 'ovnkube', 'pci'],
  expects: ['pf'],
  hardware: true,
  messages: {
    UNBOUND: {
      text: 'no driver is bound to the PF {pf}',
      cause: 'The driver was unbound or not loaded, it refused the device, or driver_override names another.',
      remedy:
        'Bind it, and look why it was not: cat /sys/bus/pci/devices/{pf}/driver_override; echo > /sys/bus/pci/devices/{pf}/driver_override; echo {pf} > /sys/bus/pci/drivers_probe; dmesg | grep {pf}',
      source: 'seed G L82',
    },
    PASSED_THROUGH: {
      text: 'the PF {pf} is bound to {driver}, which is no network driver',
      cause: 'The PF is handed to a virtual machine or to user space, and has no network device.',
      remedy:
        'Give it back to its network driver: echo {pf} > /sys/bus/pci/drivers/{driver}/unbind; echo > /sys/bus/pci/devices/{pf}/driver_override; echo {pf} > /sys/bus/pci/drivers_probe',
    },
  },
  docs: ['seed G L82', 'seed G L197'],
  judge({ facts, expected, report }) {
    const { pfs } = examinedPfs(facts, expected.pf?.value);
    if (pfs.length === 0) return notApplicable('no PF on this node supports SR-IOV');
    const saidOf = (pf: (typeof pfs)[number]) =>
      evidence(`readlink /sys/bus/pci/devices/${pf.address}/driver`, pf.driver ?? 'does not exist');
    const findings = pfs
      .filter((pf) => pf.driver === undefined || isPassedThrough(pf.driver))
      .map((pf) =>
        report(pf.driver === undefined ? 'UNBOUND' : 'PASSED_THROUGH', {
          subject: pf.address,
          args: { pf: pf.address, driver: pf.driver ?? '' },
          observed: pf.driver ?? 'no driver',
          expected: 'a network driver',
          evidence: [saidOf(pf)],
        }),
      );
    return verdictOf(findings, pfs.map(saidOf));
  },
});
