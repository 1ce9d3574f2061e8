import { attached } from '../../facts/derived/ovs-topology.ts';
import { evidence } from '../../facts/fact.ts';
import { defineCheck, notApplicable, verdictOf } from '../define.ts';
import { NO_OVS } from './common.ts';

export const representorNames = defineCheck({
  id: 'ovs/representor-names',
  title: 'no port has the name of one VF and the representor of another',
  description:
    'Open vSwitch knows its ports by name, OVN-Kubernetes finds representors by the number that the kernel gives their port. Where a network device has the name of another one, each of two pods gets what is meant for the other.',
  severity: 'error',
  scope: 'node',
  roles: ['dpu'],
  tags: ['ovs', 'representors'],
  covers: ['A64f'],
  after: ['ovs/integration-bridge', 'ovs/port-errors'],
  requires: ['netdevs', 'ovs'],
  hardware: true,
  messages: {
    OTHER_FUNCTION: {
      text: 'port {port} of {bridge} has the name of {named} and is the representor of {real}',
      cause:
        'Somebody or something renamed the network devices, or they were made in another order than the rules of udev reckon with.',
      remedy:
        'Compare all names, and give each device its own, while it is down: grep . /sys/class/net/*/phys_port_name; ip link set {port} down; ip link set {port} name <name>; then delete the pods that hold these VFs, so that their ports are made anew',
    },
  },
  docs: ['seed A L408-433', 'https://docs.kernel.org/networking/devlink/devlink-port.html'],
  judge({ facts: { netdevs, ovs }, report }) {
    if (!ovs.present) return notApplicable(NO_OVS);
    const ports = attached(ovs).flatMap(({ name, bridge }) => {
      const portName = netdevs.get(name)?.physPortName;
      const [named, real] = [functionOf(name), functionOf(portName ?? '')];
      // A device may be named otherwise; hosts of one DPU have functions of the same number behind other PFs.
      if (named === undefined || real === undefined || named.pf !== real.pf || named.kind !== real.kind)
        return [];
      return [{ name, bridge: bridge.name, portName: portName ?? '', named, real }];
    });
    if (ports.length === 0) return notApplicable('no port has the name of a function of the host');
    const saidOf = ({ name, portName }: (typeof ports)[number]) =>
      evidence(`/sys/class/net/${name}/phys_port_name`, portName);
    const findings = ports
      .filter(({ named, real }) => named.number !== real.number)
      .map((port) =>
        report('OTHER_FUNCTION', {
          subject: port.name,
          args: {
            port: port.name,
            bridge: port.bridge,
            named: `${port.named.kind} ${port.named.number}`,
            real: `${port.real.kind} ${port.real.number}`,
          },
          observed: port.portName,
          expected: port.name,
          evidence: [saidOf(port)],
        }),
      );
    return verdictOf(findings, ports.map(saidOf));
  },
});

/** pf0vf3, c1pf0vf3 and en3f0pf0sf3 by their numbers. */
function functionOf(name: string) {
  const [, pf, kind, number] = /^(?:en\d+f\d+)?(?:c\d+)?pf(\d+)([vs]f)(\d+)$/.exec(name) ?? [];
  if (pf === undefined || kind === undefined || number === undefined) return undefined;
  return { pf: Number(pf), kind: kind.toUpperCase(), number: Number(number) };
}
