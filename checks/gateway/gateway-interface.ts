import { ownerOf } from '../../facts/derived/functions.ts';
import { isRepresentor } from '../../facts/derived/gateway.ts';
import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { notDerived, SETTINGS, trace } from './settings.ts';

export const gatewayInterface = defineCheck({
  id: 'gateway/gateway-interface',
  title: 'the gateway interface that is derived is the uplink of the PF',
  description:
    "Step 5 of derive-from-mgmt-port: the first of the PF's network devices becomes the gateway interface, in byte order: eth10 comes before eth2.",
  severity: 'warning',
  scope: 'node',
  roles: ['dpu-host'],
  tags: ['gateway', 'sriov'],
  covers: ['G6', 'G20', 'G49'],
  after: ['gateway/pf-netdevs'],
  requires: ['links', 'netdevs', 'ovnkube', 'pci'],
  expects: [...SETTINGS],
  hardware: true,
  messages: {
    REPRESENTOR: {
      text: '{chosen} would be the gateway interface, and it is a representor ({portName})',
      cause:
        'Limited to the first available network device from the PF: with the PF in switchdev mode, its representors are listed there too.',
      remedy: 'Name the uplink instead: --gateway-interface={uplink}',
      source: 'seed G L196',
    },
    SEVERAL: {
      text: '{pf} has several network devices ({netdevs}): {chosen} would be the gateway interface',
      cause: 'Limited to the first available network device from the PF',
      remedy:
        'If {chosen} is not the uplink, name it: --gateway-interface=<netdev>. Look at them: ls /sys/bus/pci/devices/{pf}/net',
      source: 'seed G L196',
    },
  },
  docs: ['seed G L19', 'seed G L196'],
  judge({ facts, expected, report }) {
    const traced = trace(facts, expected);
    if (traced.kind === 'none') return notApplicable(traced.why, traced.evidence);
    if (!traced.derives) return notApplicable(notDerived(facts.ovnkube), traced.evidence);
    const { vf, pf, netdevs } = traced.derivation;
    const [chosen] = netdevs?.ok ? netdevs.value : [];
    if (!pf?.ok || !netdevs?.ok || chosen === undefined)
      return notApplicable("the PF's network devices were not found", traced.evidence);
    const owner = vf?.ok ? ownerOf(vf.value, facts.pci)?.address : undefined;
    if (owner !== undefined && owner !== pf.value)
      return notApplicable(
        `${chosen} would be it, but by its virtfn link the management port is a VF of ${owner}: see sriov/physfn-links`,
        [pf.evidence, netdevs.evidence],
      );
    const portName = (name: string) => facts.netdevs.get(name)?.physPortName ?? '';
    const said = [
      netdevs.evidence,
      ...netdevs.value
        .filter((name) => portName(name) !== '')
        .map((name) => evidence(`/sys/class/net/${name}/phys_port_name`, portName(name))),
    ];
    if (netdevs.value.length === 1 && !isRepresentor(facts.netdevs.get(chosen)))
      return verdictOf([], said, `${chosen} is the gateway interface`);
    const uplink = netdevs.value.find((name) => !isRepresentor(facts.netdevs.get(name))) ?? '<netdev>';
    const all = netdevs.value.join(', ');
    const args = { chosen, portName: portName(chosen), uplink, pf: pf.value, netdevs: all };
    const code = isRepresentor(facts.netdevs.get(chosen)) ? 'REPRESENTOR' : 'SEVERAL';
    const finding = report(code, {
      subject: chosen,
      args,
      observed: `${all}; first in byte order: ${chosen}`,
      expected: 'the uplink, alone or first',
      evidence: said,
    });
    return verdictOf([finding], said);
  },
});
