import test from 'ava';
import type { Report } from '../../runner/report.ts';
import { type NetnsLab, upNetnsLab } from '../netns/index.ts';
import { waitFor } from '../netns/wait.ts';
import { byHand, externalId, known, tryCase, waitForConnection, whilePaused } from './dpu.ts';
import { assertHealthy, assertOnly, type Expected, examine } from './examine.ts';

let lab: NetnsLab;
let healthy: Report;

test.before(async () => {
  lab = await upNetnsLab({ name: 'test-netns-dpu', topology: 'bluefield', pairs: 2 });
  healthy = await examine('-i', lab.inventoryFile);
});

test.after.always(async () => {
  await lab?.down();
});

/** What fails on dpu1. */
const fails = (check: string, code: string, message?: string | RegExp): Expected[] => [
  { target: 'dpu1', check: `ovs/${check}`, code, ...(message === undefined ? {} : { message }) },
];

const warns = (check: string, code: string): Expected[] => [
  { target: 'dpu1', check: `ovs/${check}`, verdict: 'warn', code },
];

const VSCTL = 'ovs-vsctl --timeout=20';
const [INNER, OUTER] = ['patch-br-int-to-brp0_host1', 'patch-brp0_host1-to-br-int'];
const TUNNELS = `${VSCTL} --bare --columns=name find Interface type=geneve | grep .`;
const ADDRESS = 'ip addr replace 192.168.41.127/22 dev brp0';
const ROUTE = 'ip link set brp0 up; ip route replace default via 192.168.40.254';
/** ovn-controller makes both ends anew where one of them is gone. */
const RENEW_PATCH = `${VSCTL} --if-exists del-port ${INNER} -- --if-exists del-port ${OUTER}`;
const RENEW_TUNNELS = `for t in $(${TUNNELS}); do ${VSCTL} del-port $t; done`;

test.serial('a healthy testbed gives passes, and nothing else', (t) => {
  assertHealthy(t, healthy);
  for (const check of ['ovs/ovn-connected', 'ovs/tunnel-endpoints', 'ovs/bridge-datapaths', 'ovs/ports-up'])
    t.is(
      healthy.results.find(({ checkId, target }) => checkId === check && target === 'dpu1')?.verdict,
      'pass',
    );
});

const CASES = [
  // Ports and bridges
  known(
    'ovs-port-without-device',
    fails('port-errors', 'NO_SUCH_DEVICE', 'could not open network device pf0vf9 (No such device)'),
  ),
  known('representor-missing', [
    ...fails('port-errors', 'NO_SUCH_DEVICE', 'could not open network device pf0vf1 (No such device)'),
    {
      target: 'host1',
      check: 'chain/vf-representors',
      verdict: 'skip',
      message: 'ovs/port-errors tells of it',
    },
  ]),
  // A VF that no pod holds needs no port.
  known('representor-not-in-bridge', []),
  known('uplink-not-in-bridge', fails('uplink-port', 'NOT_ATTACHED', 'p0')),
  known(
    'host-representor-not-in-bridge',
    fails('host-representor-port', 'NOT_ATTACHED', 'dpu host interface was not found for bridge "brp0"'),
  ),
  known('br-int-removed', fails('integration-bridge', 'MISSING', 'bridge br-int does not exist')),
  known('fail-mode-changed', fails('fail-mode', 'NOT_SECURE', 'standalone')),
  known('uplink-down', fails('ports-up', 'DOWN', 'p0')),
  // Open vSwitch keeps what it has open, and reports no error.
  byHand(
    "the uplink's device has another name",
    'dpu1',
    [
      'ip link set p0 down; ip link set p0 name away0; ip link set away0 up',
      'ip link set away0 down; ip link set away0 name p0; ip link set p0 up',
    ],
    [
      ...fails('ports-up', 'GONE', 'p0 is a port of brp0, and no network device of this node'),
      { target: 'dpu1', check: 'gateway/interface-setting', verdict: 'skip' },
    ],
  ),
  // What the host loses by that hangs on it, and is no failure of its own.
  known('pf-without-carrier', fails('ports-up', 'DOWN', 'pf0hpf')),
  byHand(
    "the management port's representor is down",
    'dpu1',
    ['ip link set ovn-k8s-mp0 down', 'ip link set ovn-k8s-mp0 up'],
    fails('ports-up', 'DOWN', 'ovn-k8s-mp0'),
  ),
  known('representor-down', fails('ports-up', 'DOWN', 'pf0vf1')),
  byHand(
    'the uplink is on the integration bridge',
    'dpu1',
    [
      `${VSCTL} del-port brp0 p0 -- add-port br-int p0`,
      `${VSCTL} del-port br-int p0 -- add-port brp0 p0; ip link set p0 up`,
    ],
    fails('uplink-port', 'NOT_ATTACHED'),
  ),
  byHand(
    'the uplink is on a bridge that patch ports join to brp0, as in DPF',
    'dpu1',
    [
      `${VSCTL} del-port brp0 p0 -- add-br br-sfc -- set Bridge br-sfc datapath_type=netdev -- add-port br-sfc p0 \
        -- add-port br-sfc a -- set Interface a type=patch options:peer=b \
        -- add-port brp0 b -- set Interface b type=patch options:peer=a`,
      `${VSCTL} del-port brp0 b -- del-br br-sfc -- add-port brp0 p0`,
    ],
    [],
  ),
  byHand(
    'the management port is on the wrong bridge',
    'dpu1',
    [
      `${VSCTL} del-port br-int ovn-k8s-mp0 -- add-port brp0 ovn-k8s-mp0`,
      `${VSCTL} del-port brp0 ovn-k8s-mp0 -- add-port br-int ovn-k8s-mp0 \
        -- set Interface ovn-k8s-mp0 external_ids:iface-id=k8s-host1`,
    ],
    fails('management-port', 'MISSING', 'ovn-k8s-mp0 is not a port of br-int'),
  ),
  byHand(
    "the management port's representor has the iface-id of another node",
    'dpu1',
    [
      `${VSCTL} set Interface ovn-k8s-mp0 external_ids:iface-id=k8s-host2`,
      `${VSCTL} set Interface ovn-k8s-mp0 external_ids:iface-id=k8s-host1`,
    ],
    fails('management-port', 'OTHER_PORT', 'the iface-id k8s-host2'),
  ),
  byHand(
    'a tunnel without an end has an error in the words of OVS',
    'dpu1',
    [
      `${VSCTL} add-port br-int tun9 -- set Interface tun9 type=geneve || true`,
      `${VSCTL} del-port br-int tun9`,
    ],
    fails('port-errors', 'OTHER', "geneve type requires valid 'remote_ip' argument"),
  ),
  whilePaused(
    'there is no brp0',
    [
      `${VSCTL} del-br brp0`,
      `${VSCTL} add-br brp0 -- set Bridge brp0 datapath_type=netdev -- add-port brp0 p0 -- add-port brp0 pf0hpf
      ${ADDRESS}; ${ROUTE}; ${RENEW_PATCH}`,
    ],
    fails('external-bridge', 'MISSING', 'bridge brp0 does not exist'),
  ),
  byHand(
    'the address of the DPU is still on its uplink',
    'dpu1',
    [
      'ip addr del 192.168.41.127/22 dev brp0; ip addr add 192.168.41.127/22 dev p0',
      `ip addr del 192.168.41.127/22 dev p0; ${ADDRESS}; ${ROUTE}`,
    ],
    fails('external-bridge-address', 'NO_ADDRESS'),
  ),
  byHand(
    'the bridge with the address is down',
    'dpu1',
    ['ip link set brp0 down', ROUTE],
    fails('ports-up', 'DOWN', 'brp0'),
  ),
  // This machine's kernel has no datapath for OVS.
  whilePaused(
    'brp0 has another datapath type',
    [
      `${VSCTL} --no-wait set Bridge brp0 datapath_type=system`,
      `${VSCTL} set Bridge brp0 datapath_type=netdev; ${ADDRESS}; ${ROUTE}`,
    ],
    fails('bridge-datapaths', 'DIFFER', 'br-int is netdev, brp0 is system'),
  ),
  whilePaused(
    'both bridges have a datapath type that the kernel lacks',
    [
      `${VSCTL} --no-wait set Bridge brp0 datapath_type=system -- set Bridge br-int datapath_type=system
      for attempt in $(seq 200); do [ -e /sys/class/net/brp0 ] || exit 0; sleep 0.05; done; exit 1`,
      `${VSCTL} set Bridge brp0 datapath_type=netdev -- set Bridge br-int datapath_type=netdev; ${ADDRESS}; ${ROUTE}`,
    ],
    fails('bridge-datapaths', 'NOT_MADE'),
  ),
  // Patch ports and tunnels
  known('patch-asymmetric', fails('patch-peers', 'ASYMMETRIC', 'patch-nowhere')),
  known('patch-missing', [
    ...fails('patch-ports', 'MISSING', 'no patch port joins br-int and brp0'),
    { target: 'dpu1', check: 'ovs/patch-peers', verdict: 'skip', code: 'not-applicable' },
  ]),
  whilePaused(
    'one end of the patch is deleted',
    [`${VSCTL} del-port ${OUTER}`, RENEW_PATCH],
    fails('patch-peers', 'NO_PEER', `patch port ${INNER} has no peer ${OUTER}`),
  ),
  whilePaused(
    'a patch port is its own peer',
    [
      `${VSCTL} set Interface ${INNER} options:peer=${INNER}`,
      `${VSCTL} set Interface ${INNER} options:peer=${OUTER}`,
    ],
    fails('patch-peers', 'ASYMMETRIC'),
  ),
  known('geneve-local-ip-wrong', fails('tunnel-endpoints', 'LOCAL_IP', '192.168.41.250')),
  whilePaused(
    'a tunnel leads to this node itself',
    [`${VSCTL} set Interface $(${TUNNELS} | head -n 1) options:remote_ip=192.168.41.127`, RENEW_TUNNELS],
    fails('tunnel-endpoints', 'TO_ITSELF', '192.168.41.127'),
  ),
  whilePaused(
    'two tunnels lead to one node',
    [
      `set -- $(${TUNNELS}); ${VSCTL} set Interface $1 options:remote_ip=$(${VSCTL} get Interface $2 options:remote_ip)`,
      RENEW_TUNNELS,
    ],
    fails('tunnel-endpoints', 'TWICE'),
  ),
  whilePaused(
    'there is no tunnel',
    [RENEW_TUNNELS, 'true'],
    [
      ...warns('tunnels', 'NONE'),
      { target: 'dpu1', check: 'ovs/tunnel-endpoints', verdict: 'skip', code: 'not-applicable' },
    ],
  ),
  // external_ids
  externalId(
    'host-k8s-nodename',
    undefined,
    fails('host-node-name', 'NOT_SET', "Couldn't get the required Host K8s Nodename. Exiting..."),
  ),
  // The DPU's own patch ports show it as well.
  externalId('host-k8s-nodename', 'host-dpu', [
    {
      target: 'host1',
      check: 'ovs/host-node-name-matches',
      code: 'OTHER_NODE',
      message: 'host-k8s-nodename is host-dpu, and the host is node host1',
    },
    ...warns('patch-port-names', 'OTHER_NODE'),
  ]),
  externalId(
    'ovn-gw-interface',
    undefined,
    fails('gateway-interface', 'NOT_SET', "Couldn't get the required OVN Gateway Interface. Exiting..."),
  ),
  externalId('ovn-gw-interface', 'p7', fails('gateway-interface', 'MISSING', 'p7')),
  externalId('ovn-gw-interface', 'brp0', []),
  externalId('ovn-gw-interface', 'br-int', fails('gateway-interface', 'ELSEWHERE', 'it is on br-int')),
  externalId('ovn-gw-interface', 'oob_net0', fails('gateway-interface', 'ELSEWHERE', 'in no bridge')),
  externalId(
    'ovn-gw-nexthop',
    undefined,
    fails('gateway-nexthop', 'NOT_SET', "Couldn't get the required OVN Gateway NextHop. Exiting..."),
  ),
  externalId('ovn-gw-nexthop', '10.9.9.9', fails('gateway-nexthop', 'OUTSIDE', '192.168.41.127/22')),
  externalId('ovn-gw-nexthop', '192.168.41.127', fails('gateway-nexthop', 'OWN')),
  externalId('ovn-gw-nexthop', '192.168.40.254,fd00::1', []),
  externalId('ovn-gw-nexthop', 'router', fails('gateway-nexthop', 'NO_ADDRESS')),
  externalId('system-id', undefined, fails('chassis-settings', 'NOT_SET', 'system-id')),
  externalId('ovn-remote', undefined, fails('chassis-settings', 'NOT_SET', 'ovn-remote')),
  externalId('ovn-remote', '192.168.40.111', fails('chassis-settings', 'REMOTE')),
  externalId('ovn-encap-type', undefined, fails('chassis-settings', 'NOT_SET', 'ovn-encap-type')),
  externalId('ovn-encap-type', 'vxlan', fails('chassis-settings', 'ENCAP_TYPE')),
  externalId('ovn-encap-type', 'geneve,vxlan', []),
  externalId(
    'ovn-encap-ip',
    undefined,
    fails(
      'encap-ip',
      'NOT_SET',
      'ovn encap IP must be provided if "ovnkube-node-mode" set to "dpu". Exiting...',
    ),
  ),
  externalId('ovn-encap-ip', '192.168.41.99', fails('encap-ip', 'NOT_OURS', '192.168.41.99')),
  externalId('ovn-encap-ip', '127.0.0.1', fails('encap-ip', 'LOOPBACK', '127.0.0.1')),
  whilePaused(
    'a bridge is mapped that leads nowhere',
    [
      `${VSCTL} add-br br-x -- set Bridge br-x datapath_type=netdev -- \
        set Open_vSwitch . external_ids:ovn-bridge-mappings=physnet:br-x`,
      `${VSCTL} del-br br-x -- set Open_vSwitch . external_ids:ovn-bridge-mappings=physnet:brp0`,
    ],
    fails('external-bridge', 'OTHER_BRIDGE', 'brp0 has p0 and pf0hpf'),
  ),
  externalId('ovn-bridge-mappings', 'physnet:br-ex', fails('external-bridge', 'MISSING', 'br-ex')),
  byHand(
    "another node's encapsulation address on the control plane",
    'control-plane',
    [
      `ovn-appctl -t ovn-controller debug/pause; ${VSCTL} set Open_vSwitch . external_ids:ovn-encap-ip=192.168.40.112`,
      `${VSCTL} set Open_vSwitch . external_ids:ovn-encap-ip=192.168.40.111; ovn-appctl -t ovn-controller debug/resume`,
    ],
    [{ target: 'control-plane', check: 'ovs/encap-ip', code: 'NOT_OURS' }],
  ),
  // System
  known('swap-on', [{ target: 'dpu1', check: 'system/swap', code: 'ON', message: '/dev/vda2' }]),
  known('ip-forward-off', [
    { target: 'dpu1', check: 'system/ip-forward', code: 'OFF', message: 'net.ipv4.ip_forward is 0' },
  ]),
  known('br-netfilter-missing', [
    {
      target: 'dpu1',
      check: 'system/br-netfilter',
      code: 'NOT_LOADED',
      message: 'br_netfilter is not loaded',
    },
  ]),
  // Nothing asks for these: kubeadm's demands on a DPU host are not among the documents'.
  known('sysctl-changed', []),
  known('dns-stub-listener', []),
];

for (const one of CASES) {
  test.serial(one.name, async (t) => {
    await tryCase(t, lab, healthy, one);
  });
}

test.serial('no bridge is mapped: ovn-controller takes the patch ports away', async (t) => {
  const { dpu } = lab.pair(1);
  const patches = () => dpu.sh(`${VSCTL} list-ports brp0 | grep -c patch || true`);
  await dpu.sh(`${VSCTL} remove Open_vSwitch . external_ids ovn-bridge-mappings`);
  try {
    await waitFor('the patch ports to go', async () => (await patches()).trim() === '0');
    assertOnly(t, healthy, await examine('-i', lab.inventoryFile), [
      ...fails('patch-ports', 'NO_MAPPING', 'external_ids:ovn-bridge-mappings is not set'),
      { target: 'dpu1', check: 'ovs/patch-peers', verdict: 'skip' },
    ]);
  } finally {
    await dpu.sh(`${VSCTL} set Open_vSwitch . external_ids:ovn-bridge-mappings=physnet:brp0`);
    await waitFor('the patch ports to come back', async () => (await patches()).trim() === '1');
  }
});

test.serial('ovn-remote leads to nobody', async (t) => {
  const { dpu } = lab.pair(1);
  const set = (remote: string) => dpu.sh(`${VSCTL} set Open_vSwitch . 'external_ids:ovn-remote="${remote}"'`);
  await set('tcp:192.168.40.250:6642');
  try {
    await waitForConnection(dpu, 'not connected');
    const said = '"ovn-controller" is not connected to OVN SB database, status: (not connected)';
    const report = await examine('-i', lab.inventoryFile);
    assertOnly(t, healthy, report, fails('ovn-connected', 'NOT_CONNECTED', said));
  } finally {
    await set('tcp:192.168.40.111:6642');
    await waitForConnection(dpu, 'connected');
  }
});

test.serial('the encapsulation address is that of the out-of-band port', async (t) => {
  const { dpu } = lab.pair(1);
  const one = externalId('ovn-encap-ip', dpu.address, []);
  const undo = await one.apply(lab);
  try {
    // Its tunnels still start where they did: ovn-controller is held.
    assertOnly(t, healthy, await examine('-i', lab.inventoryFile), [
      ...warns('encap-ip', 'OUT_OF_BAND'),
      ...fails('tunnel-endpoints', 'LOCAL_IP'),
    ]);
  } finally {
    await undo();
  }
});

test.serial('the node of a DPF operator: stub resolver and bridge-uplink count there', async (t) => {
  const node = lab.node('control-plane');
  const target = 'control-plane';
  await node.sh(`
    mkdir -p /var/log/pods/dpf-operator-system_dpf-operator-controller-manager-1_2 /run/systemd/resolve
    echo 'nameserver 127.0.0.53' >/run/systemd/resolve/stub-resolv.conf`);
  const dpf = await examine('-i', lab.inventoryFile);
  const uplink: Expected = { target, check: 'ovs/bridge-uplink', code: 'NO_UPLINK' };
  try {
    t.is(dpf.results.find(({ checkId }) => checkId === 'ovs/bridge-uplink')?.verdict, 'fail');
    t.is(dpf.results.find(({ checkId }) => checkId === 'system/dns-stub')?.verdict, 'pass');
    t.is(dpf.results.find(({ checkId }) => checkId === 'ovs/installed')?.verdict, 'pass');
    const stub: Expected = { target, check: 'system/dns-stub', code: 'STUB_USED', message: '127.0.0.53' };
    await tryCase(t, lab, dpf, known('dns-stub-listener', [stub]));
    const listening: Expected = { target, check: 'system/dns-stub', code: 'STUB_LISTENS' };
    const resolved = '/etc/systemd/resolved.conf';
    const scripts = [`sed -i s/=no/=yes/ ${resolved}`, `sed -i s/=yes/=no/ ${resolved}`] as const;
    await tryCase(t, lab, dpf, byHand('the stub listens', target, scripts, [listening]));
    await node.sh(`${VSCTL} br-set-external-id breth0 bridge-uplink eno1`);
    const other = { ...uplink, code: 'NOT_ATTACHED', message: 'bridge breth0 names eno1 as its uplink' };
    assertOnly(t, dpf, await examine('-i', lab.inventoryFile), [other]);
    await node.sh(`${VSCTL} br-set-external-id breth0 bridge-uplink eth0`);
    const mended = await examine('-i', lab.inventoryFile);
    t.is(mended.results.find(({ checkId }) => checkId === 'ovs/bridge-uplink')?.verdict, 'pass');
  } finally {
    await node.sh(
      `rm -r /var/log/pods /run/systemd/resolve; ${VSCTL} br-set-external-id breth0 bridge-uplink`,
    );
  }
});

test.serial('the testbed is as healthy as before', async (t) => {
  assertOnly(t, healthy, await examine('-i', lab.inventoryFile), []);
});
