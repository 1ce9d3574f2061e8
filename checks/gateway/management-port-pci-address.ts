import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { SETTINGS, trace } from './settings.ts';

export const managementPortPciAddress = defineCheck({
  id: 'gateway/management-port-pci-address',
  title: 'the management port has a PCI address',
  description:
    'Step 2 of derive-from-mgmt-port: the PCI address is read from the link in /sys/class/net. The files device/address and device/physfn/address of the document exist on no system.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu-host'],
  tags: ['gateway', 'management-port', 'sysfs'],
  covers: ['G3', 'G17', 'G31', 'G38', 'G39'],
  after: ['gateway/management-port-exists'],
  requires: ['links', 'netdevs', 'ovnkube', 'pci'],
  expects: [...SETTINGS],
  hardware: true,
  messages: {
    NO_PCI_ADDRESS: {
      text: 'failed to get PCI address',
      cause: 'Unable to retrieve the PCI address from the management port device.',
      remedy:
        'Ensure the management port device exists and is properly configured. It must be a VF: readlink /sys/class/net/{netdev}; ethtool -i {netdev}',
      source: 'seed G L104-112',
    },
  },
  docs: ['seed G L16', 'seed G L104-112'],
  judge({ facts, expected, report }) {
    const traced = trace(facts, expected);
    if (traced.kind === 'none') return notApplicable(traced.why, traced.evidence);
    const { netdev, vf } = traced.derivation;
    if (!netdev.ok || vf === undefined)
      return notApplicable('the management port was not found', [netdev.evidence]);
    const said = [netdev.evidence, vf.evidence];
    if (vf.ok) return verdictOf([], said, vf.value);
    const finding = report('NO_PCI_ADDRESS', {
      subject: netdev.value,
      args: { netdev: netdev.value },
      observed: vf.error,
      expected: 'a link through a PCI address such as 0000:01:02.3',
      evidence: said,
    });
    return verdictOf([finding], said);
  },
});
