import { isRepresentor } from '../../facts/derived/gateway.ts';
import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { SETTINGS, trace } from './settings.ts';

export const pfPciAddress = defineCheck({
  id: 'gateway/pf-pci-address',
  title: 'the management port is a VF whose PF is known',
  description:
    "Step 3 of derive-from-mgmt-port: the VF's physfn link names the PF. In dpu-host mode OVN-Kubernetes needs it in any case, to tell the DPU which VF the management port is.",
  severity: 'error',
  scope: 'node',
  roles: ['dpu-host'],
  tags: ['gateway', 'management-port', 'sysfs', 'sriov'],
  covers: ['G4', 'G18', 'G23', 'G32', 'G40', 'G41', 'G51'],
  after: ['gateway/management-port-pci-address'],
  requires: ['links', 'netdevs', 'ovnkube', 'pci'],
  expects: [...SETTINGS],
  hardware: true,
  messages: {
    NO_PF: {
      text: 'failed to get PF PCI address',
      cause: 'Unable to resolve the PF PCI address from the VF PCI address.',
      remedy:
        'Verify SR-IOV configuration and driver support. The management port must be a VF, which has a physfn link: readlink /sys/bus/pci/devices/{vf}/physfn; ls -d /sys/bus/pci/devices/*/virtfn*',
      source: 'seed G L114-122',
    },
  },
  docs: ['seed G L17', 'seed G L114-122'],
  judge({ facts, expected, report }) {
    const traced = trace(facts, expected);
    if (traced.kind === 'none') return notApplicable(traced.why, traced.evidence);
    const { netdev, vf, pf } = traced.derivation;
    if (!netdev.ok || !vf?.ok || pf === undefined)
      return notApplicable("the management port's PCI address was not found", [netdev.evidence]);
    const said = [vf.evidence, pf.evidence];
    if (pf.ok) return verdictOf([], said, pf.value);
    const finding = report('NO_PF', {
      subject: vf.value,
      args: { vf: vf.value },
      observed: pf.error,
      expected: 'a physfn link',
      evidence: [...said, ...whatItIs()],
    });
    return verdictOf([finding], said);

    function whatItIs() {
      const name = netdev.ok ? netdev.value : '';
      const portName = facts.netdevs.get(name)?.physPortName ?? '';
      const { sriovTotalVfs } = facts.pci.functions.get(vf?.ok ? vf.value : '') ?? {};
      const path = `/sys/class/net/${name}`;
      if (isRepresentor(facts.netdevs.get(name)))
        return [evidence(`${path}/phys_port_name`, `${portName}: ${name} is a representor`)];
      return sriovTotalVfs === undefined
        ? []
        : [evidence(`${path}/device/sriov_totalvfs`, `${sriovTotalVfs}: ${name} is a PF`)];
    }
  },
});
