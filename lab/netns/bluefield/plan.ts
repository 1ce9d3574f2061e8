import type { LinkEnd, NodePlan, Plan } from '../plan.ts';
import {
  type BluefieldOptions,
  CLUSTER_SUBNET,
  CONTROL_PLANE,
  NEXT_HOP,
  type Pair,
  PF,
  pairsOf,
  SERVICE_SUBNET,
} from './options.ts';
import { controlPlaneSysfs, dpuSysfs, hostSysfs } from './sysfs.ts';

const UBUNTU =
  'PRETTY_NAME="Ubuntu 22.04.3 LTS"\nNAME="Ubuntu"\nVERSION_ID="22.04"\nID=ubuntu\nID_LIKE=debian\n';
const FABRIC = 'fabric';
const POD_MTU = 1400;

export function planBluefield(options: BluefieldOptions): Plan {
  const pairs = pairsOf(options);
  return {
    topology: 'bluefield',
    nodes: [controlPlane(), ...pairs.flatMap((pair) => [host(pair, options), dpu(pair)])].map((node) => ({
      ...node,
      ...(options.shared === undefined ? {} : { shared: [options.shared] }),
    })),
    namespaces: [fabric(pairs), ...pairs.flatMap(pods)],
    links: [
      [{ node: CONTROL_PLANE, netdev: 'eth0', mac: '10:70:fd:00:81:b0' }, uplink(0)],
      ...pairs.flatMap(pairLinks),
    ],
  };
}

const uplink = (number: number): LinkEnd => ({ node: FABRIC, netdev: `uplink${number}` });

function pairLinks({ number, host, dpu, vfs }: Pair): [LinkEnd, LinkEnd][] {
  const mac = (last: string) => `10:70:fd:0${number % 10}:81:${last}`;
  return [
    [{ node: dpu, netdev: 'p0', mac: mac('b0') }, uplink(number)],
    [
      { node: host, netdev: PF, mac: mac('aa') },
      { node: dpu, netdev: 'pf0hpf', mac: mac('ba') },
    ],
    ...vfs.map((vf): [LinkEnd, LinkEnd] => [
      { node: vf.namespace, netdev: vf.netdev, mac: vf.mac },
      { node: dpu, netdev: vf.representor },
    ]),
  ];
}

function fabric(pairs: Pair[]) {
  const ports = [0, ...pairs.map(({ number }) => number)];
  return {
    name: FABRIC,
    ip: [
      'link set lo up',
      'link add fabric type bridge',
      `addr add ${NEXT_HOP}/22 dev fabric`,
      'link set fabric up',
      ...ports.map((number) => `link set uplink${number} master fabric up`),
    ],
  };
}

function pods({ host, subnet, vfs }: Pair) {
  return vfs
    .filter(({ namespace }) => namespace !== host)
    .map(({ namespace, netdev, address }) => ({
      name: namespace,
      checksummed: [netdev],
      ip: [
        'link set lo up',
        `link set ${netdev} mtu ${POD_MTU} up`,
        `addr add ${address}/24 dev ${netdev}`,
        `route add default via ${subnet}.1 dev ${netdev}`,
      ],
    }));
}

// A port of OVS in user space stays a port of the kernel's stack too: it must not answer in OVS's place.
const silent = (netdevs: string[]) =>
  Object.fromEntries(netdevs.map((netdev) => [`net.ipv4.conf.${netdev}.arp_ignore`, '8']));

function controlPlane(): NodePlan {
  return {
    name: CONTROL_PLANE,
    role: 'control-plane',
    management: 'eno1',
    ip: ['link set eth0 up'],
    checksummed: ['eth0'],
    sysctl: { 'net.ipv4.ip_forward': '1', ...silent(['eth0']) },
    osRelease: UBUNTU,
    sysfs: controlPlaneSysfs(),
  };
}

function host(pair: Pair, options: BluefieldOptions): NodePlan {
  const [management, ...rest] = pair.vfs.filter(({ namespace }) => namespace === pair.host);
  const vf0 = management?.netdev ?? '';
  return {
    name: pair.host,
    role: 'dpu-host',
    dpu: pair.dpu,
    management: 'eno1',
    ip: [
      `link set ${PF} up`,
      `addr add ${pair.hostAddress}/22 dev ${PF}`,
      `route add default via ${NEXT_HOP} dev ${PF}`,
      ...rest.map(({ netdev }) => `link set ${netdev} mtu ${POD_MTU} up`),
      `link set ${vf0} mtu ${POD_MTU} up`,
      ...(options.managementPortRenamed === false
        ? []
        : [
            `addr add ${pair.subnet}.2/24 dev ${vf0}`,
            `route add ${CLUSTER_SUBNET} via ${pair.subnet}.1 dev ${vf0}`,
            `route add ${SERVICE_SUBNET} via ${pair.subnet}.1 dev ${vf0}`,
          ]),
    ],
    checksummed: [PF, vf0, ...rest.map(({ netdev }) => netdev)],
    sysctl: { 'net.ipv4.ip_forward': '1' },
    withoutOvs: true,
    netns: Object.fromEntries(
      pair.vfs
        .filter(({ namespace }) => namespace !== pair.host)
        .map(({ index, namespace }) => [`pod${index}`, namespace]),
    ),
    osRelease: UBUNTU,
    sysfs: hostSysfs(pair),
  };
}

function dpu(pair: Pair): NodePlan {
  const ports = ['p0', 'pf0hpf', ...pair.vfs.map(({ representor }) => representor)];
  return {
    name: pair.dpu,
    role: 'dpu',
    management: 'oob_net0',
    ip: ports.map((netdev) => `link set ${netdev} up`),
    checksummed: ports,
    sysctl: { 'net.ipv4.ip_forward': '1', ...silent(ports) },
    osRelease: UBUNTU,
    sysfs: dpuSysfs(pair),
  };
}
