import type { NetnsLab } from '../lab.ts';
import { type Fault, type FaultTarget, fault, type Undo } from './fault.ts';
import { pairOf } from './ovs-daemons.ts';

const BLUEFIELD = ['bluefield'] as const;

/** What is wrong in a pod itself, on whose way everything works. Needs a lab with pods. */
export const podFaults: Fault[] = [
  podFault(
    'pod-mac-changed',
    "a pod's interface has another MAC address than OVN sends to",
    ({ mac, gateway }) => ({
      apply: `ip link set eth0 address 0a:58:0a:e9:ff:99\n${gateway}`,
      undo: `ip link set eth0 address ${mac}\n${gateway}`,
    }),
  ),
  podFault(
    'pod-prefix-wide',
    'a pod takes the pods of other nodes to be on its link',
    ({ address, gateway }) => ({
      apply: `ip addr del ${address}/24 dev eth0\nip addr add ${address}/16 dev eth0\n${gateway}`,
      undo: `ip addr del ${address}/16 dev eth0\nip addr add ${address}/24 dev eth0\n${gateway}`,
    }),
  ),
  podFault('pod-route-missing', 'a pod has no default route', ({ gateway }) => ({
    apply: 'ip route del default',
    undo: gateway,
  })),
  podFault(
    'pod-gateway-wrong',
    "a pod's default route leads to an address that nobody has",
    ({ gateway, subnet }) => ({
      apply: `ip route replace default via ${subnet}.77`,
      undo: gateway,
    }),
  ),
  podFault('pod-deaf', "a pod's kernel answers no ping", () => ({
    apply: 'sysctl -qw net.ipv4.icmp_echo_ignore_all=1',
    undo: 'sysctl -qw net.ipv4.icmp_echo_ignore_all=0',
  })),
  podFault('pod-mtu-apart', 'a pod has an MTU of its own (value: 1300)', (_, { value = '1300' }) => ({
    apply: `ip link set eth0 mtu ${value}`,
    undo: 'ip link set eth0 mtu 1400',
  })),
];

interface Pod {
  readonly mac: string;
  readonly address: string;
  /** Without its last octet. */
  readonly subnet: string;
  /** The command that sets its default route, which goes with an address or an interface that was down. */
  readonly gateway: string;
}

/** Commands that are run in the network namespace of a pod. */
function podFault(
  name: string,
  summary: string,
  commands: (pod: Pod, target: FaultTarget) => { readonly apply: string; readonly undo: string },
): Fault {
  return fault(BLUEFIELD, name, summary, async (lab: NetnsLab, target): Promise<Undo> => {
    const { pair = 1, index = 1 } = target;
    const { subnet, vfs } = pairOf(lab, pair);
    const { mac = '', address = '' } = vfs[index] ?? {};
    const gateway = `ip route replace default via ${subnet}.1`;
    const { apply, undo } = commands({ mac, address, subnet, gateway }, target);
    const run = (script: string) =>
      lab.pair(pair).host.sh(`nsenter --net=/run/netns/pod${index} sh -ec '${script}'`);
    await run(apply);
    return async () => void (await run(undo));
  });
}
