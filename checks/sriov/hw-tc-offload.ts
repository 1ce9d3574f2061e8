import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';

export const hwTcOffload = defineCheck({
  id: 'sriov/hw-tc-offload',
  title: "hw-tc-offload is on for the DPU's uplink and representors",
  description:
    "OVS hands a flow to the hardware through the port that it comes in on. The document sets it on the host's PF, where it means nothing: the eswitch is on the DPU.",
  severity: 'error',
  scope: 'node',
  roles: ['dpu'],
  tags: ['sriov', 'ethtool', 'offload'],
  covers: ['A24'],
  after: ['sriov/eswitch-mode'],
  requires: ['ethtool', 'links', 'netdevs'],
  hardware: true,
  messages: {
    OFF: {
      text: 'hw-tc-offload of {netdev} is off',
      cause: 'Flows that come in on this port are forwarded in software.',
      remedy: 'sudo ethtool -K {netdev} hw-tc-offload on',
      source: 'seed A L98-101',
    },
    FIXED: {
      text: 'hw-tc-offload of {netdev} is off and the driver does not let it be turned on',
      cause: 'The driver or the firmware of this port offloads no flows.',
      remedy:
        'Look at the driver and the firmware: ethtool -i {netdev}; ethtool -k {netdev} | grep hw-tc-offload',
    },
    UNUSED: {
      text: 'hw-tc-offload of {netdev} is off, and the port is in no bridge',
      cause: 'Nothing is forwarded through it now; a pod that gets this port will not be offloaded.',
      remedy: 'If it is to be used: sudo ethtool -K {netdev} hw-tc-offload on',
      level: 'warn',
    },
  },
  docs: ['seed A L98-101'],
  judge({ facts: { ethtool, links, netdevs }, report }) {
    // A veth that stands in for a port has rtnetlink's kind; hardware has none.
    const virtual = new Set(links.filter(({ kind }) => kind !== undefined).map(({ name }) => name));
    const ports = [...netdevs.values()].filter((one) => one.physSwitchId !== undefined);
    const hardware = ports.filter(({ name }) => !virtual.has(name));
    if (ports.length === 0) return notApplicable('no network device here is a port of an eswitch');
    if (hardware.length === 0)
      return notApplicable(`${ports.length} ports stand in for an eswitch's, and none is hardware`);
    const saidOf = ({ name }: (typeof ports)[number]) =>
      evidence(`ethtool -k ${name}`, ethtool.get(name)?.said ?? 'no hw-tc-offload');
    const used = new Set(links.filter(({ master }) => master !== undefined).map(({ name }) => name));
    // OVS of DPF is such, with ports of type dpdk: whether TC may offload does not matter to it.
    if (!hardware.some(({ name }) => used.has(name)))
      return notApplicable(
        'no port of the eswitch is in a bridge of the kernel: Open vSwitch has made none, or works in user space (DPDK, DOCA), which offloads without TC',
        hardware.map(saidOf),
      );
    const codeOf = (name: string) => {
      if (!used.has(name)) return 'UNUSED';
      return (ethtool.get(name)?.fixed ?? true) ? 'FIXED' : 'OFF';
    };
    const findings = hardware
      .filter(({ name }) => ethtool.get(name)?.on !== true)
      .map((port) =>
        report(codeOf(port.name), {
          subject: port.name,
          args: { netdev: port.name },
          observed: ethtool.get(port.name)?.said ?? 'no hw-tc-offload',
          expected: 'hw-tc-offload: on',
          evidence: [saidOf(port)],
        }),
      );
    return verdictOf(findings, hardware.map(saidOf));
  },
});
