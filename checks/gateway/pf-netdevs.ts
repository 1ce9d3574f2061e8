import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { notDerived, SETTINGS, trace } from './settings.ts';

export const pfNetdevs = defineCheck({
  id: 'gateway/pf-netdevs',
  title: 'the PF of the management port has a network device',
  description:
    "Step 4 of derive-from-mgmt-port: the network devices are listed from the PF's net directory in sysfs.",
  severity: 'error',
  scope: 'node',
  roles: ['dpu-host'],
  tags: ['gateway', 'sysfs', 'sriov'],
  covers: ['G5', 'G19', 'G30', 'G33'],
  after: ['gateway/pf-pci-address', 'gateway/interface-setting'],
  requires: ['links', 'netdevs', 'ovnkube', 'pci'],
  expects: [...SETTINGS],
  hardware: true,
  messages: {
    NO_NETDEVS: {
      text: 'no netdevs found for pci address {pf}',
      cause: "The PF PCI address doesn't have any associated network devices.",
      remedy:
        'Verify that the PF has network interfaces configured and are visible to the system. An empty directory means that they are in another network namespace: ls /sys/bus/pci/devices/{pf}/net; ip netns list',
      source: 'seed G L94-102',
    },
    NOT_LISTED: {
      text: 'failed to get network devices',
      cause: 'Unable to retrieve network devices associated with the PF PCI address.',
      remedy:
        'Check SR-IOV utilities and system configuration. A network driver must be bound to the PF: readlink /sys/bus/pci/devices/{pf}/driver; lspci -k -s {pf}',
      source: 'seed G L124-132',
    },
  },
  docs: ['seed G L18', 'seed G L94-102', 'seed G L124-132'],
  judge({ facts, expected, report }) {
    const traced = trace(facts, expected);
    if (traced.kind === 'none') return notApplicable(traced.why, traced.evidence);
    if (!traced.derives) return notApplicable(notDerived(facts.ovnkube), traced.evidence);
    const { pf, netdevs } = traced.derivation;
    if (!pf?.ok || netdevs === undefined) return notApplicable('the PF was not found', traced.evidence);
    const said = [pf.evidence, netdevs.evidence];
    if (netdevs.ok) return verdictOf([], said);
    const found = facts.pci.functions.get(pf.value);
    const driver = evidence(
      `readlink /sys/bus/pci/devices/${pf.value}/driver`,
      found?.driver ?? (found === undefined ? 'no such PCI function' : 'no driver is bound'),
    );
    const finding = report(found?.hasNetDirectory ? 'NO_NETDEVS' : 'NOT_LISTED', {
      subject: pf.value,
      args: { pf: pf.value },
      observed: netdevs.error,
      expected: 'one network device',
      evidence: [...said, driver],
    });
    return verdictOf([finding], said);
  },
});
