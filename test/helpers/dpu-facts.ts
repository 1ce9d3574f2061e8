import type { Flow } from '../../facts/flows.ts';
import type { Link } from '../../facts/links.ts';
import type { Bridge, Interface, Ovs } from '../../facts/ovs.ts';
import type { OvsInstallation } from '../../facts/ovs-installation.ts';
import type { Qdiscs } from '../../facts/qdiscs.ts';
import type { Route } from '../../facts/routes.ts';
import { aLink, aNetdev, anOvnkube, aProcess, aSetting, NO_REPORTERS, type NodeFacts } from './node-facts.ts';

/** Typed facts of Open vSwitch, made by hand: the DPU of seed A L401-433, healthy, to be broken by each test. */
export const anInterface = (name: string, given: Partial<Interface> = {}): Interface => ({
  name,
  type: '',
  options: new Map(),
  error: undefined,
  externalIds: new Map(),
  ofport: 1,
  adminState: 'up',
  linkState: 'up',
  ...given,
});

export const aBridge = (
  name: string,
  interfaces: readonly Interface[],
  given: Partial<Bridge> = {},
): Bridge => ({
  name,
  failMode: undefined,
  datapathType: 'system',
  externalIds: new Map(),
  ports: [anInterface(name, { type: 'internal' }), ...interfaces].map((netdev) => ({
    name: netdev.name,
    tag: undefined,
    externalIds: new Map(),
    interfaces: [netdev],
  })),
  ...given,
});

export const aPatch = (name: string, peer: string): Interface =>
  anInterface(name, { type: 'patch', options: new Map([['peer', peer]]) });

export const aTunnel = (name: string, remote: string, local = '192.168.41.127'): Interface =>
  anInterface(name, {
    type: 'geneve',
    options: new Map([
      ['csum', 'true'],
      ['key', 'flow'],
      ['local_ip', local],
      ['remote_ip', remote],
    ]),
  });

/** As ovn-controller leaves a port that it has bound to a logical port. */
const bound = (id: string): Partial<Interface> => ({
  externalIds: new Map([
    ['iface-id', id],
    ['ovn-installed', 'true'],
  ]),
});

const OUTER = 'patch-brp0_dpu-host-to-br-int';
const INNER = 'patch-br-int-to-brp0_dpu-host';

export const anOvs = (): Ovs => ({
  present: true,
  openVSwitch: {
    ovsVersion: '2.17.9',
    externalIds: new Map([
      ['system-id', '6c1a5a3e-6f55-4c0e-9d6b-3d1f1f4b0a11'],
      ['host-k8s-nodename', 'dpu-host'],
      ['ovn-bridge-mappings', 'physnet:brp0'],
      ['ovn-encap-ip', '192.168.41.127'],
      ['ovn-encap-type', 'geneve'],
      ['ovn-gw-interface', 'p0'],
      ['ovn-gw-nexthop', '192.168.40.254'],
      ['ovn-remote', 'tcp:192.168.40.111:6642'],
    ]),
    otherConfig: new Map([['hw-offload', 'true']]),
  },
  bridges: [
    aBridge(
      'br-int',
      [
        aPatch(INNER, OUTER),
        anInterface('pf0vf1', bound('ovn-kubernetes_ovs-offload-pod1')),
        anInterface('pf0vf2', bound('ovn-kubernetes_ovs-offload-pod2')),
        anInterface('ovn-k8s-mp0', bound('k8s-dpu-host')),
        aTunnel('ovn-8c1016-0', '192.168.40.111'),
      ],
      { failMode: 'secure' },
    ),
    aBridge('brp0', [anInterface('p0'), anInterface('pf0hpf'), aPatch(OUTER, INNER)]),
  ],
});

export const NO_OVS: Ovs = {
  present: false,
  openVSwitch: { ovsVersion: undefined, externalIds: new Map(), otherConfig: new Map() },
  bridges: [],
};

export const NOT_INSTALLED: OvsInstallation = {
  packages: [],
  programs: [],
  units: [],
  wantedBy: [],
  initLinks: [],
  runtimeFiles: [],
};

const INSTALLED: OvsInstallation = {
  packages: ['/usr/share/doc/openvswitch-switch'],
  programs: ['/usr/sbin/ovs-vswitchd', '/usr/sbin/ovsdb-server', '/usr/bin/ovs-vsctl'],
  units: ['/lib/systemd/system/openvswitch-switch.service'],
  wantedBy: ['/etc/systemd/system/multi-user.target.wants/openvswitch-switch.service'],
  initLinks: [],
  runtimeFiles: ['/run/openvswitch/db.sock', '/run/openvswitch/ovs-vswitchd.pid'],
};

/** Seconds since the epoch: when the daemons were started. */
export const STARTED = 1_700_000_000;

export const aFlow = (given: Partial<Flow> = {}): Flow => ({
  inPort: 'pf0vf1',
  recircId: 0,
  etherType: 0x0800,
  sourceMac: '0a:58:0a:f4:01:05',
  destinationMac: '0a:58:0a:f4:01:06',
  sourceIp: '10.244.1.5',
  destinationIp: '10.244.1.6',
  ipProtocol: 6,
  sourcePort: undefined,
  destinationPort: undefined,
  ctState: undefined,
  tunnel: undefined,
  ufid: undefined,
  match: 'recirc_id(0),in_port(pf0vf1)',
  packets: 57_097,
  bytes: 4_076_614,
  usedAgo: 0.25,
  offloaded: 'yes',
  layer: 'tc',
  actions: 'ct(zone=1),recirc(0x2)',
  ...given,
});

const aPort = (name: string, physPortName: string) => aNetdev(name, '0000:03:00.0', { physPortName });

export const ingressOf = (...names: readonly string[]): Qdiscs => ({
  unavailable: undefined,
  ingress: new Map(names.map((name) => [name, `qdisc ingress ffff: dev ${name} parent ffff:fff1 ----`])),
});

export function dpu() {
  return {
    devlinkHealth: NO_REPORTERS,
    qdiscs: ingressOf('p0', 'pf0hpf', 'pf0vf1', 'pf0vf2'),
    ovs: anOvs(),
    ovsInstallation: INSTALLED,
    ovsOffloadLog: {
      logReadable: true,
      lines: [
        { at: STARTED * 1000 + 500, kind: 'started' as const, text: '…|00001|vlog|INFO|opened log file' },
        { at: STARTED * 1000 + 510, kind: 'enabled' as const, text: '…|netdev: Flow API Enabled' },
      ],
      values: [],
      // At the epoch: what was started so long after boot was started at that time.
      bootedAt: 0,
      upcall: undefined,
    },
    ovnController: { connection: 'connected' },
    ovnkube: {
      ...anOvnkube(),
      mode: aSetting('ovnkube-node-mode', 'dpu'),
      managementPort: undefined,
      gatewayInterface: aSetting('gateway-interface', 'p0'),
    },
    datapath: { flows: [aFlow()], cut: false, unparsed: 0 },
    dpf: [],
    identity: {
      hostname: 'dpu',
      os: 'Ubuntu 22.04.3 LTS',
      osRelease: new Map(),
      kernel: '5.15.0-1021-bluefield',
      product: 'BlueField-2',
      init: 'systemd',
    },
    links: [
      aLink('brp0', {
        addresses: [{ family: 'inet', address: '192.168.41.127', prefixLength: 22, scope: 'global' }],
      }),
      aLink('p0'),
      aLink('pf0hpf'),
      aLink('pf0vf1'),
      aLink('pf0vf2'),
      aLink('ovn-k8s-mp0'),
      aLink('br-int', { flags: ['BROADCAST', 'MULTICAST'] }),
    ] as readonly Link[],
    netdevs: new Map(
      [
        aPort('p0', 'p0'),
        aPort('pf0hpf', 'c1pf0'),
        aPort('pf0vf1', 'c1pf0vf1'),
        aPort('pf0vf2', 'c1pf0vf2'),
      ].map((netdev) => [netdev.name, netdev]),
    ),
    processes: [
      aProcess('ovsdb-server', { pid: 100, startedAfterBoot: STARTED }),
      aProcess('ovs-vswitchd', { pid: 101, startedAfterBoot: STARTED }),
      aProcess('ovn-controller', { pid: 102 }),
      // In an interconnected cluster each node has OVN's databases of its own.
      aProcess('ovsdb-server', { pid: 103, args: ['ovsdb-server', '/etc/ovn/ovnnb_db.db'] }),
      aProcess('ovsdb-server', { pid: 104, args: ['ovsdb-server', '/etc/ovn/ovnsb_db.db'] }),
      aProcess('ovn-northd', { pid: 105 }),
    ],
    routes: [aDefaultRoute('192.168.40.254', 'brp0')] as readonly Route[],
  } satisfies NodeFacts;
}

export const aDefaultRoute = (gateway: string, device: string): Route => ({
  family: gateway.includes(':') ? 'inet6' : 'inet',
  destination: 'default',
  devices: [device],
  gateways: [gateway],
  table: 'main',
  type: 'unicast',
  protocol: undefined,
  metric: undefined,
});

/** The database with one key of external_ids changed, or taken away. */
export function withId(ovs: Ovs, key: string, value: string | undefined): Ovs {
  const externalIds = new Map(ovs.openVSwitch.externalIds);
  if (value === undefined) externalIds.delete(key);
  else externalIds.set(key, value);
  return { ...ovs, openVSwitch: { ...ovs.openVSwitch, externalIds } };
}

export function withOtherConfig(ovs: Ovs, value: string | undefined): Ovs {
  const otherConfig = new Map(value === undefined ? [] : [['hw-offload', value] as const]);
  return { ...ovs, openVSwitch: { ...ovs.openVSwitch, otherConfig } };
}

/** The database with one bridge changed, or taken away. */
export const withBridge = (ovs: Ovs, name: string, change: Partial<Bridge> | undefined): Ovs => ({
  ...ovs,
  bridges: ovs.bridges.flatMap((bridge) =>
    bridge.name !== name ? [bridge] : change === undefined ? [] : [{ ...bridge, ...change }],
  ),
});

/** The database with one interface changed, or its port taken away. */
export const withInterface = (ovs: Ovs, name: string, change: Partial<Interface> | undefined): Ovs => ({
  ...ovs,
  bridges: ovs.bridges.map((bridge) => ({
    ...bridge,
    ports: bridge.ports.flatMap((port) =>
      port.name !== name
        ? [port]
        : change === undefined
          ? []
          : [{ ...port, interfaces: port.interfaces.map((netdev) => ({ ...netdev, ...change })) }],
    ),
  })),
});

/** The database with one port more on a bridge. */
export const withPort = (ovs: Ovs, bridge: string, netdev: Interface): Ovs =>
  withBridge(ovs, bridge, {
    ports: [
      ...(ovs.bridges.find(({ name }) => name === bridge)?.ports ?? []),
      { name: netdev.name, tag: undefined, externalIds: new Map(), interfaces: [netdev] },
    ],
  });
