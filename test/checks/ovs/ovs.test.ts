import test from 'ava';
import type { Ovs } from '../../../facts/ovs.ts';
import type { Process } from '../../../facts/processes.ts';
import {
  aBridge,
  aDefaultRoute,
  anInterface,
  aPatch,
  aTunnel,
  dpu,
  NO_OVS,
  NOT_INSTALLED,
  STARTED,
  withBridge,
  withId,
  withInterface,
  withOtherConfig,
  withPort,
} from '../../helpers/dpu-facts.ts';
import {
  aLink,
  aProcess,
  aSetting,
  idsWith,
  type JudgeNode,
  judgeNode,
  type NodeFacts,
  onlyFault,
  withLink,
} from '../../helpers/node-facts.ts';

const judge = (facts: NodeFacts, options: JudgeNode = {}) =>
  judgeNode(facts, ['ovs'], { role: 'dpu', ...options });

const broken = (change: (ovs: Ovs) => Ovs): NodeFacts => ({ ...dpu(), ovs: change(dpu().ovs) });

const tagged = (ovs: Ovs, tags: Readonly<Record<string, number>>): Ovs => ({
  ...ovs,
  bridges: ovs.bridges.map((bridge) => ({
    ...bridge,
    ports: bridge.ports.map((port) => ({ ...port, tag: tags[port.name] })),
  })),
});

test('a tunnel that could not be set up is told by its error alone', (t) => {
  const facts = broken((ovs) =>
    withInterface(ovs, 'ovn-8c1016-0', { error: 'no remote_ip', type: 'gre', options: new Map() }),
  );
  onlyFault(t, judge(facts), 'ovs/port-errors', 'OTHER');
});

test('VLANs that the uplink carries, or shares with the host, are no fault', (t) => {
  for (const tags of [{ pf0hpf: 3 }, { p0: 3, pf0hpf: 3 }, { p0: 2, brp0: 2, pf0hpf: 3 }]) {
    const results = judge(broken((ovs) => tagged(ovs, tags)));
    t.deepEqual(idsWith(results, 'fail', 'warn', 'error'), []);
  }
});

test('a next hop is not held against default routes that tell nothing of it', (t) => {
  const routes = [
    ['10.213.0.1', 'oob_net0'],
    ['fe80::1', 'brp0'],
    ['2001:db8::1', 'brp0'],
  ] as const;
  for (const [gateway, device] of routes) {
    const facts = { ...dpu(), routes: [aDefaultRoute(gateway, device)] };
    t.is(judge(facts).get('ovs/gateway-nexthop')?.verdict, 'pass');
  }
});

test('a healthy DPU passes every check of a DPU', (t) => {
  const results = judge(dpu(), { expect: { 'control-plane-address': '192.168.40.111' } });
  // Nothing shows that its ports are hardware.
  t.deepEqual(idsWith(results, 'fail', 'warn', 'error', 'blocked', 'skip'), ['ovs/ingress-qdiscs']);
  t.true(results.size > 20);
});

test('a DPU of OVS-DOCA as DPF sets it up passes: other bridges, ports of type dpdk, patch ports between', (t) => {
  const facts = dpu();
  const ovs = facts.ovs;
  facts.ovs = withId(withId(ovs, 'ovn-bridge-mappings', 'physnet:br-ovn'), 'ovn-gw-interface', 'br-ovn');
  facts.ovs = {
    ...facts.ovs,
    openVSwitch: { ...facts.ovs.openVSwitch, ovsVersion: '2.9.0-0060-24.10-based-3.3.3' },
    bridges: [
      ...withBridge(
        withInterface(ovs, 'patch-br-int-to-brp0_dpu-host', {
          name: 'in',
          options: new Map([['peer', 'patch-br-ovn_dpu-host-to-br-int']]),
        }),
        'br-int',
        { datapathType: 'netdev' },
      ).bridges.slice(0, 1),
      aBridge(
        'br-ovn',
        [
          anInterface('pf0hpf', { type: 'dpdk' }),
          aPatch('patch-br-ovn_dpu-host-to-br-int', 'in'),
          aPatch('puplinkbrovn', 'psfc'),
        ],
        { datapathType: 'netdev' },
      ),
      aBridge('br-sfc', [anInterface('p0', { type: 'dpdk' }), aPatch('psfc', 'puplinkbrovn')], {
        datapathType: 'netdev',
      }),
    ],
  };
  facts.links = [
    aLink('br-int'),
    aLink('br-sfc'),
    aLink('pf0vf1'),
    aLink('pf0vf2'),
    aLink('ovn-k8s-mp0'),
    aLink('br-ovn', { addresses: dpu().links[0]?.addresses ?? [] }),
  ];
  t.deepEqual(idsWith(judge(facts), 'fail', 'warn', 'error', 'blocked'), []);
});

test('a node of another role without Open vSwitch has nothing to judge', (t) => {
  const facts = { ...dpu(), ovs: NO_OVS, ovsInstallation: NOT_INSTALLED, processes: [aProcess('kubelet')] };
  for (const role of ['control-plane', 'worker'] as const) {
    const results = judge(facts, { role });
    t.is(idsWith(results, 'skip').length, results.size, role);
  }
});

test('no check of hardware passes on a simulated DPU', (t) => {
  const results = judge(dpu(), { simulation: 'veth' });
  for (const id of ['ovs/hw-offload', 'ovs/hw-offload-in-force', 'ovs/offloaded-flows'])
    t.is(results.get(id)?.verdict, 'skip', id);
});

const FAULTS: readonly (readonly [
  title: string,
  facts: NodeFacts,
  id: string,
  code: string,
  verdict?: 'warn',
])[] = [
  [
    'no OVS at all',
    { ...dpu(), ovs: NO_OVS, ovsInstallation: NOT_INSTALLED, processes: [] },
    'daemons',
    'NOT_INSTALLED',
  ],
  ['ovsdb-server is dead', { ...dpu(), processes: dpu().processes.slice(1) }, 'daemons', 'NOT_RUNNING'],
  [
    'ovsdb-server is dead, and the monitor of one of OVN is not',
    {
      ...dpu(),
      processes: [
        ...dpu().processes.slice(1),
        aProcess('ovsdb-server', { pid: 201, args: ['ovsdb-server: monitoring pid 202 (healthy)'] }),
        aProcess('ovsdb-server', {
          pid: 202,
          args: ['ovsdb-server', '--remote=punix:/var/run/openvswitch/ovnnb_db.sock'],
        }),
      ],
    },
    'daemons',
    'NOT_RUNNING',
  ],
  [
    "ovsdb-server is stopped, and those of OVN's databases run",
    {
      ...dpu(),
      processes: dpu().processes.map((one) =>
        one.pid === 100
          ? { ...one, state: 'T', args: ['ovsdb-server', '/etc/openvswitch/conf.db', '--detach'] }
          : one,
      ),
    },
    'daemons',
    'STOPPED',
  ],
  [
    'ovn-northd is dead',
    { ...dpu(), processes: dpu().processes.filter(({ name }) => name !== 'ovn-northd') },
    'ovn-central',
    'NOT_RUNNING',
  ],
  [
    'the server of the northbound database is dead',
    { ...dpu(), processes: dpu().processes.filter(({ pid }) => pid !== 103) },
    'ovn-central',
    'NOT_RUNNING',
  ],
  [
    'the server of the southbound database is stopped',
    { ...dpu(), processes: dpu().processes.map((one) => (one.pid === 104 ? { ...one, state: 'T' } : one)) },
    'ovn-central',
    'STOPPED',
  ],
  [
    'the management port has no iface-id',
    broken((ovs) => withInterface(ovs, 'ovn-k8s-mp0', { externalIds: new Map() })),
    'management-port',
    'OTHER_PORT',
  ],
  [
    "the management port has another node's iface-id",
    broken((ovs) =>
      withInterface(ovs, 'ovn-k8s-mp0', { externalIds: new Map([['iface-id', 'k8s-dpu-host-2']]) }),
    ),
    'management-port',
    'OTHER_PORT',
  ],
  [
    'another bridge is mapped than the one with the uplink',
    {
      ...broken((ovs) => {
        const mapped = withId(ovs, 'ovn-bridge-mappings', 'physnet:br-x');
        return { ...mapped, bridges: [...mapped.bridges, aBridge('br-x', [])] };
      }),
      links: [...dpu().links, aLink('br-x')],
    },
    'external-bridge',
    'OTHER_BRIDGE',
  ],
  [
    'the integration bridge is mapped',
    broken((ovs) => withId(ovs, 'ovn-bridge-mappings', 'physnet:br-int')),
    'external-bridge',
    'OTHER_BRIDGE',
  ],
  [
    'the gateway interface is the integration bridge',
    broken((ovs) => withId(ovs, 'ovn-gw-interface', 'br-int')),
    'gateway-interface',
    'ELSEWHERE',
  ],
  [
    'the gateway interface is past the eswitch',
    {
      ...broken((ovs) => withId(ovs, 'ovn-gw-interface', 'oob_net0')),
      links: [...dpu().links, aLink('oob_net0')],
    },
    'gateway-interface',
    'ELSEWHERE',
  ],
  [
    'the encapsulation address is of the loopback',
    {
      ...broken((ovs) => withId(ovs, 'ovn-encap-ip', '127.0.0.1')),
      links: [
        ...dpu().links,
        aLink('lo', {
          addresses: [{ family: 'inet', address: '127.0.0.1', prefixLength: 8, scope: 'host' }],
        }),
      ],
    },
    'encap-ip',
    'LOOPBACK',
  ],
  [
    "another network's bridge is mapped, and there are no patch ports",
    broken((ovs) => {
      const mapped = withId(ovs, 'ovn-bridge-mappings', 'fabric:brp0');
      const inner = 'patch-br-int-to-brp0_dpu-host';
      return withInterface(
        withInterface(mapped, inner, undefined),
        'patch-brp0_dpu-host-to-br-int',
        undefined,
      );
    }),
    'patch-ports',
    'OTHER_MAPPING',
  ],
  [
    'a tunnel leads to a chassis that is registered with an address of the loopback',
    {
      ...broken((ovs) => withInterface(ovs, 'ovn-8c1016-0', aTunnel('ovn-8c1016-0', '127.0.0.1'))),
      links: [
        ...dpu().links,
        aLink('lo', {
          addresses: [{ family: 'inet', address: '127.0.0.1', prefixLength: 8, scope: 'host' }],
        }),
      ],
    },
    'tunnel-endpoints',
    'TO_LOOPBACK',
    'warn',
  ],
  [
    'two next hops of one IP version',
    broken((ovs) => withId(ovs, 'ovn-gw-nexthop', '192.168.40.254,192.168.40.253')),
    'gateway-nexthop',
    'SEVERAL',
  ],
  [
    'the next hop is the broadcast address of the network',
    broken((ovs) => withId(ovs, 'ovn-gw-nexthop', '192.168.43.255')),
    'gateway-nexthop',
    'RESERVED',
  ],
  [
    'the next hop is the network itself',
    broken((ovs) => withId(ovs, 'ovn-gw-nexthop', '192.168.40.0')),
    'gateway-nexthop',
    'RESERVED',
  ],
  [
    'the next hop is not the router of the DPU itself',
    broken((ovs) => withId(ovs, 'ovn-gw-nexthop', '192.168.42.201')),
    'gateway-nexthop',
    'OTHER_ROUTER',
    'warn',
  ],
  [
    'a tunnel of another type',
    broken((ovs) => withInterface(ovs, 'ovn-8c1016-0', { type: 'vxlan' })),
    'tunnel-endpoints',
    'OTHER_TYPE',
  ],
  [
    'a tunnel with one key for all networks',
    broken((ovs) =>
      withInterface(ovs, 'ovn-8c1016-0', {
        options: new Map([...aTunnel('ovn-8c1016-0', '192.168.40.111').options, ['key', '5']]),
      }),
    ),
    'tunnel-endpoints',
    'KEY',
  ],
  [
    'the uplink is an access port of a VLAN that nobody else is in',
    broken((ovs) => tagged(ovs, { p0: 100 })),
    'uplink-port',
    'OTHER_VLAN',
    'warn',
  ],
  [
    'the uplink and the host are access ports of different VLANs',
    broken((ovs) => tagged(ovs, { p0: 100, pf0hpf: 3 })),
    'uplink-port',
    'OTHER_VLAN',
    'warn',
  ],
  [
    'a next hop with a zone',
    broken((ovs) => withId(ovs, 'ovn-gw-nexthop', 'fe80::1%brp0')),
    'gateway-nexthop',
    'NO_ADDRESS',
  ],
  [
    'the second of two next hops is a name',
    broken((ovs) => withId(ovs, 'ovn-gw-nexthop', '192.168.40.254,router')),
    'gateway-nexthop',
    'NO_ADDRESS',
  ],
  [
    'an internal port is called as the uplink',
    broken((ovs) => withInterface(ovs, 'p0', { type: 'internal' })),
    'uplink-port',
    'NOT_ATTACHED',
  ],
  [
    'ovs-vswitchd is dead',
    { ...dpu(), processes: dpu().processes.filter(({ pid }) => pid !== 101) },
    'daemons',
    'NOT_RUNNING',
  ],
  [
    'ovs-vswitchd is stopped',
    { ...dpu(), processes: dpu().processes.map((one) => (one.pid === 101 ? { ...one, state: 'T' } : one)) },
    'daemons',
    'STOPPED',
  ],
  [
    'the socket is gone',
    {
      ...dpu(),
      ovs: NO_OVS,
      ovsInstallation: { ...dpu().ovsInstallation, runtimeFiles: ['/run/openvswitch/ovsdb-server.pid'] },
    },
    'daemons',
    'NO_SOCKET',
  ],
  [
    'not started at boot',
    { ...dpu(), ovsInstallation: { ...dpu().ovsInstallation, wantedBy: [] } },
    'service-enabled',
    'NOT_ENABLED',
  ],
  [
    'an old release',
    broken((ovs) => ({ ...ovs, openVSwitch: { ...ovs.openVSwitch, ovsVersion: '2.9.8' } })),
    'version',
    'TOO_OLD',
  ],
  [
    'br-int is deleted',
    broken((ovs) =>
      withInterface(withBridge(ovs, 'br-int', undefined), 'patch-brp0_dpu-host-to-br-int', {
        error: "No usable peer 'x' exists in 'system' datapath.",
      }),
    ),
    'integration-bridge',
    'MISSING',
  ],
  [
    'br-int is standalone',
    broken((ovs) => withBridge(ovs, 'br-int', { failMode: undefined })),
    'fail-mode',
    'NOT_SECURE',
  ],
  [
    'brp0 is deleted',
    { ...broken((ovs) => withBridge(ovs, 'brp0', undefined)), links: [aLink('br-int'), aLink('p0')] },
    'external-bridge',
    'MISSING',
  ],
  [
    'brp0 has no address',
    { ...dpu(), links: withLink(dpu().links, 'brp0', { addresses: [] }) },
    'external-bridge-address',
    'NO_ADDRESS',
  ],
  ['p0 is not attached', broken((ovs) => withInterface(ovs, 'p0', undefined)), 'uplink-port', 'NOT_ATTACHED'],
  [
    'pf0hpf is not attached',
    broken((ovs) => withInterface(ovs, 'pf0hpf', undefined)),
    'host-representor-port',
    'NOT_ATTACHED',
  ],
  [
    'a stale port',
    broken((ovs) =>
      withInterface(ovs, 'pf0vf2', {
        error: 'could not open network device pf0vf2 (No such device)',
        ofport: -1,
      }),
    ),
    'port-errors',
    'NO_SUCH_DEVICE',
  ],
  [
    'another error of a port',
    broken((ovs) =>
      withInterface(ovs, 'pf0vf2', {
        error: 'could not add network device pf0vf2 to ofproto (Device or resource busy)',
      }),
    ),
    'port-errors',
    'TAKEN',
  ],
  [
    'the kernel knows no tunnels of the type',
    broken((ovs) =>
      withInterface(ovs, 'ovn-8c1016-0', {
        error:
          'could not add network device ovn-8c1016-0 to ofproto (Address family not supported by protocol)',
      }),
    ),
    'port-errors',
    'NO_TUNNELS',
  ],
  [
    'a port was renamed in the datapath',
    broken((ovs) =>
      withInterface(ovs, 'pf0vf2', {
        error: 'could not add network device pf0vf2 to ofproto (File exists)',
      }),
    ),
    'port-errors',
    'RENAMED',
  ],
  [
    'yet another error of a port',
    broken((ovs) => withInterface(ovs, 'pf0vf2', { error: "options 'x' not understood" })),
    'port-errors',
    'OTHER',
  ],
  [
    'a peer is wrong',
    broken((ovs) =>
      withInterface(ovs, 'patch-brp0_dpu-host-to-br-int', { options: new Map([['peer', 'elsewhere']]) }),
    ),
    'patch-peers',
    'ASYMMETRIC',
  ],
  [
    'one end of the patch is deleted',
    broken((ovs) => withInterface(ovs, 'patch-brp0_dpu-host-to-br-int', undefined)),
    'patch-peers',
    'NO_PEER',
  ],
  [
    'the bridges have different datapaths',
    broken((ovs) => withBridge(ovs, 'brp0', { datapathType: 'netdev' })),
    'bridge-datapaths',
    'DIFFER',
  ],
  [
    'br-int could not be made',
    { ...dpu(), links: dpu().links.filter(({ name }) => name !== 'br-int') },
    'bridge-datapaths',
    'NOT_MADE',
  ],
  [
    'brp0 could not be made and its type differs: one fault',
    {
      ...broken((ovs) => withBridge(ovs, 'brp0', { datapathType: 'netdev' })),
      links: dpu().links.filter(({ name }) => name !== 'brp0'),
    },
    'bridge-datapaths',
    'DIFFER',
  ],
  [
    'the uplink is down',
    { ...dpu(), links: withLink(dpu().links, 'p0', { flags: ['BROADCAST'] }) },
    'ports-up',
    'DOWN',
  ],
  [
    'the uplink has no cable',
    { ...dpu(), links: withLink(dpu().links, 'p0', { flags: ['BROADCAST', 'UP'] }) },
    'ports-up',
    'NO_CARRIER',
  ],
  [
    'the bridge with the address is down',
    { ...dpu(), links: withLink(dpu().links, 'brp0', { flags: ['BROADCAST'] }) },
    'ports-up',
    'DOWN',
  ],
  [
    'ovn-controller is dead',
    { ...dpu(), processes: dpu().processes.filter(({ pid }) => pid !== 102) },
    'ovn-controller',
    'NOT_RUNNING',
  ],
  [
    'ovn-controller is stopped',
    { ...dpu(), processes: dpu().processes.map((one) => (one.pid === 102 ? { ...one, state: 'T' } : one)) },
    'ovn-controller',
    'STOPPED',
  ],
  [
    'ovn-controller has no database',
    { ...dpu(), ovnController: { connection: 'not connected' } },
    'ovn-connected',
    'NOT_CONNECTED',
  ],
  [
    'both ends of the patch are deleted',
    broken((ovs) =>
      withInterface(
        withInterface(ovs, 'patch-brp0_dpu-host-to-br-int', undefined),
        'patch-br-int-to-brp0_dpu-host',
        undefined,
      ),
    ),
    'patch-ports',
    'MISSING',
  ],
  [
    'the node has another name',
    broken((ovs) => withId(ovs, 'host-k8s-nodename', 'host-dpu')),
    'patch-port-names',
    'OTHER_NODE',
    'warn',
  ],
  [
    'no host-k8s-nodename',
    broken((ovs) => withId(ovs, 'host-k8s-nodename', undefined)),
    'host-node-name',
    'NOT_SET',
  ],
  [
    'no ovn-gw-interface',
    broken((ovs) => withId(ovs, 'ovn-gw-interface', undefined)),
    'gateway-interface',
    'NOT_SET',
  ],
  [
    'ovn-gw-interface is nowhere',
    broken((ovs) => withId(withId(ovs, 'ovn-bridge-mappings', undefined), 'ovn-gw-interface', 'p9')),
    'gateway-interface',
    'MISSING',
  ],
  [
    'no ovn-gw-nexthop',
    broken((ovs) => withId(ovs, 'ovn-gw-nexthop', undefined)),
    'gateway-nexthop',
    'NOT_SET',
  ],
  [
    'the next hop is elsewhere',
    broken((ovs) => withId(ovs, 'ovn-gw-nexthop', '192.168.44.1')),
    'gateway-nexthop',
    'OUTSIDE',
  ],
  [
    'the next hop is no address',
    broken((ovs) => withId(ovs, 'ovn-gw-nexthop', 'router')),
    'gateway-nexthop',
    'NO_ADDRESS',
  ],
  [
    'the next hop is the DPU itself',
    broken((ovs) => withId(ovs, 'ovn-gw-nexthop', '192.168.41.127')),
    'gateway-nexthop',
    'OWN',
  ],
  [
    "the encapsulation address is the management port's",
    {
      ...broken((ovs) =>
        withId(
          withInterface(ovs, 'ovn-8c1016-0', aTunnel('ovn-8c1016-0', '192.168.40.111', '10.0.0.7')),
          'ovn-encap-ip',
          '10.0.0.7',
        ),
      ),
      links: [
        ...dpu().links,
        aLink('oob_net0', {
          addresses: [{ family: 'inet', address: '10.0.0.7', prefixLength: 24, scope: 'global' }],
        }),
      ],
    },
    'encap-ip',
    'OUT_OF_BAND',
    'warn',
  ],
  [
    'no bridge is mapped, and ovn-controller has taken the patch ports away',
    broken((ovs) =>
      withId(
        withInterface(
          withInterface(ovs, 'patch-brp0_dpu-host-to-br-int', undefined),
          'patch-br-int-to-brp0_dpu-host',
          undefined,
        ),
        'ovn-bridge-mappings',
        undefined,
      ),
    ),
    'patch-ports',
    'NO_MAPPING',
  ],
  ['no system-id', broken((ovs) => withId(ovs, 'system-id', undefined)), 'chassis-settings', 'NOT_SET'],
  ['vxlan', broken((ovs) => withId(ovs, 'ovn-encap-type', 'vxlan')), 'chassis-settings', 'ENCAP_TYPE'],
  [
    'ovn-remote is no database',
    broken((ovs) => withId(ovs, 'ovn-remote', 'control-plane')),
    'chassis-settings',
    'REMOTE',
  ],
  ['no ovn-encap-ip', broken((ovs) => withId(ovs, 'ovn-encap-ip', undefined)), 'encap-ip', 'NOT_SET'],
  [
    "another node's ovn-encap-ip",
    broken((ovs) => withId(ovs, 'ovn-encap-ip', '192.168.41.128')),
    'encap-ip',
    'NOT_OURS',
  ],
  ['no tunnel', broken((ovs) => withInterface(ovs, 'ovn-8c1016-0', undefined)), 'tunnels', 'NONE', 'warn'],
  [
    'a wrong local_ip',
    broken((ovs) =>
      withInterface(ovs, 'ovn-8c1016-0', aTunnel('ovn-8c1016-0', '192.168.40.111', '10.0.0.1')),
    ),
    'tunnel-endpoints',
    'LOCAL_IP',
  ],
  [
    'a tunnel to itself',
    broken((ovs) => withInterface(ovs, 'ovn-8c1016-0', aTunnel('ovn-8c1016-0', '192.168.41.127'))),
    'tunnel-endpoints',
    'TO_ITSELF',
  ],
  [
    'two tunnels to one address',
    broken((ovs) => withPort(ovs, 'br-int', aTunnel('ovn-ffffff-0', '192.168.40.111'))),
    'tunnel-endpoints',
    'TWICE',
  ],
  [
    'no management port',
    broken((ovs) => withInterface(ovs, 'ovn-k8s-mp0', undefined)),
    'management-port',
    'MISSING',
  ],
  ['hw-offload unset', broken((ovs) => withOtherConfig(ovs, undefined)), 'hw-offload', 'NOT_SET'],
  ['hw-offload false', broken((ovs) => withOtherConfig(ovs, 'false')), 'hw-offload', 'OFF'],
  [
    'hw-offload set after the start',
    {
      ...dpu(),
      datapath: { flows: [], cut: false, unparsed: 0 },
      ovsOffloadLog: {
        logReadable: false,
        lines: [],
        values: [{ at: (STARTED + 60) * 1000, value: 'true', snapshot: false }],
        bootedAt: 0,
        upcall: undefined,
      },
    },
    'hw-offload-in-force',
    'NOT_RESTARTED',
  ],
];

for (const [title, facts, id, code, verdict = 'fail'] of FAULTS) {
  test(`${title}: ovs/${id} alone`, (t) => {
    const finding = onlyFault(t, judge(facts), `ovs/${id}`, code, verdict);
    t.not(finding.observed, '');
  });
}

test("OVN's central part is nobody's concern where its databases are other nodes'", (t) => {
  const { processes } = dpu();
  const central = (pids: readonly number[]) =>
    judge({ ...dpu(), processes: processes.filter(({ pid }) => pid < 103 || pids.includes(pid)) }).get(
      'ovs/ovn-central',
    )?.verdict;
  t.is(central([]), 'skip');
  t.is(central([105]), 'skip');
  t.is(central([103, 104, 105]), 'pass');
  // A relay of the southbound database, which other nodes serve.
  const server = processes.find(({ pid }) => pid === 104);
  const relay = {
    ...server,
    args: [...(server?.args ?? []), 'relay:OVN_Southbound:tcp:192.0.2.1:6642'],
  } as Process;
  const others = processes.filter(({ pid }) => pid < 103);
  t.is(judge({ ...dpu(), processes: [...others, relay] }).get('ovs/ovn-central')?.verdict, 'skip');
});

test('what comes after a broken link is blocked', (t) => {
  const dead = judge({ ...dpu(), processes: [] });
  t.is(dead.get('ovs/daemons')?.verdict, 'fail');
  t.deepEqual(idsWith(dead, 'pass'), []);
  t.deepEqual(
    judge(broken((ovs) => withOtherConfig(ovs, 'false'))).get('ovs/offloaded-flows')?.verdict,
    'blocked',
  );
});

test('the documented words', (t) => {
  const message = (facts: NodeFacts, id: string): string =>
    judge(facts).get(`ovs/${id}`)?.findings[0]?.message ?? '';
  t.is(
    message(
      broken((ovs) => withId(ovs, 'ovn-gw-nexthop', undefined)),
      'gateway-nexthop',
    ),
    "Couldn't get the required OVN Gateway NextHop. Exiting...",
  );
  t.is(
    message(
      broken((ovs) => withInterface(ovs, 'pf0hpf', undefined)),
      'host-representor-port',
    ),
    'dpu host interface was not found for bridge "brp0"',
  );
  t.is(
    message(
      broken((ovs) =>
        withInterface(ovs, 'pf0vf2', { error: 'could not open network device pf0vf2 (No such device)' }),
      ),
      'port-errors',
    ),
    'could not open network device pf0vf2 (No such device)',
  );
});

test('gateway options in the environment of ovnkube stand in for the external ids', (t) => {
  const environment = new Map([
    ['OVN_GATEWAY_OPTS', '--gateway-interface=br-ovn --gateway-uplink-port=puplinkbrovn'],
  ]);
  const facts = {
    ...broken((ovs) => withId(withId(ovs, 'ovn-gw-interface', undefined), 'ovn-gw-nexthop', undefined)),
  };
  facts.processes = [...dpu().processes, aProcess('ovnkube', { environment })];
  const given = (name: string) => ({
    ...facts,
    ovnkube: { ...dpu().ovnkube, gatewayInterface: aSetting('gateway-interface', name) },
  });
  const results = judge(given('brp0'));
  t.deepEqual(idsWith(results, 'fail', 'warn', 'error'), []);
  t.is(results.get('ovs/gateway-interface')?.verdict, 'pass');
  t.is(results.get('ovs/gateway-nexthop')?.verdict, 'skip');
  onlyFault(t, judge(given('br-ovn')), 'ovs/gateway-interface', 'MISSING');
  // The literal is for DPU hosts: gateway/interface-setting says so.
  t.is(judge(given('derive-from-mgmt-port')).get('ovs/gateway-interface')?.verdict, 'skip');
});

test('the subnet of the host counts for the next hop where one is given', (t) => {
  const facts = broken((ovs) =>
    withId(withId(ovs, 'ovn-gw-nexthop', '203.0.113.1'), 'ovn-gw-router-subnet', '203.0.113.0/24'),
  );
  t.is(judge(facts).get('ovs/gateway-nexthop')?.verdict, 'pass');
});

test('the second uplink may be without a cable: it leads nowhere that OVN knows', (t) => {
  const facts = {
    ...broken((ovs) => ({ ...ovs, bridges: [...ovs.bridges, aBridge('ovsbr2', [anInterface('p1')])] })),
    links: [...dpu().links, aLink('ovsbr2'), aLink('p1', { flags: ['BROADCAST', 'UP'] })],
  };
  t.is(judge(facts).get('ovs/ports-up')?.verdict, 'pass');
});

test('of two datapath types the one that OVN is not told is wrong', (t) => {
  const facts = broken((ovs) =>
    withId(withBridge(ovs, 'br-int', { datapathType: 'netdev' }), 'ovn-bridge-datapath-type', 'system'),
  );
  const remedy = onlyFault(t, judge(facts), 'ovs/bridge-datapaths', 'DIFFER').remedy;
  t.is(remedy, 'ovs-vsctl set Bridge br-int datapath_type=system');
});

test('hw-offload is compared without regard to case, as Open vSwitch does', (t) => {
  const facts = broken((ovs) => withOtherConfig(ovs, 'TRUE'));
  t.is(judge(facts).get('ovs/hw-offload')?.verdict, 'pass');
});

test('the version is taken from the log where the database has none, and is undetermined without both', (t) => {
  const facts = {
    ...dpu(),
    ...broken((ovs) => ({ ...ovs, openVSwitch: { ...ovs.openVSwitch, ovsVersion: undefined } })),
  };
  t.is(judge(facts).get('ovs/version')?.verdict, 'error');
  const text = '2026-11-21T09:17:01.090Z|00007|bridge|INFO|ovs-vswitchd (Open vSwitch) 2.12.1';
  const lines = [...dpu().ovsOffloadLog.lines, { at: 0, kind: 'version' as const, text }];
  t.is(
    judge({ ...facts, ovsOffloadLog: { ...dpu().ovsOffloadLog, lines } }).get('ovs/version')?.verdict,
    'fail',
  );
});

test('a monitor process that is older than the daemon is not the daemon', (t) => {
  const facts = dpu();
  facts.processes.push(aProcess('ovs-vswitchd', { pid: 99, startedAfterBoot: STARTED - 5, state: 'S' }));
  t.is(judge(facts).get('ovs/daemons')?.verdict, 'pass');
});
