import test from 'ava';
import type { Report } from '../../runner/report.ts';
import { findFault, type NetnsLab, upNetnsLab } from '../netns/index.ts';
import { ipBatch } from '../netns/run.ts';
import { assertHealthy, assertOnly, type Expected, examine } from './examine.ts';
import {
  type Change,
  changedInventory,
  crossedAlike,
  dpuOf,
  extraPair,
  hostOf,
  runOvnkube,
  runOvs,
  script,
  withoutProgram,
  withoutRoles,
} from './veth.ts';

/* kind's nodes with veth pairs, as seed K means them to be after step 5. */

let lab: NetnsLab;
let healthy: Report;

test.before(async () => {
  lab = await upNetnsLab({ name: `test-veth-${process.pid}`, topology: 'veth' });
  healthy = await examine('-i', lab.inventoryFile);
});

test.after.always(async () => {
  await lab?.down();
});

const passedOn = (report: Report, target: string): string[] =>
  report.results.flatMap((one) => (one.target === target && one.verdict === 'pass' ? [one.checkId] : []));

test.serial('a healthy testbed passes, and every check of its topology has seen something', (t) => {
  assertHealthy(t, healthy);
  const host = ['host-interfaces', 'other-interfaces', 'peers', 'peer-namespaces', 'links-up', 'addresses'];
  for (const id of ['leftovers', ...host, 'host-isolation', 'mtu'])
    for (const node of ['dpu-worker', 'dpu-worker3'])
      t.true(passedOn(healthy, node).includes(`veth/${id}`), id);
  for (const id of ['leftovers', 'representors', 'addresses', 'dpu-network'])
    for (const node of ['dpu-worker2', 'dpu-worker4'])
      t.true(passedOn(healthy, node).includes(`veth/${id}`), id);
});

test.serial('no check that asks for hardware passes, and each says why', (t) => {
  const simulated = healthy.results.filter(({ reasonCode }) => reasonCode === 'simulated');
  for (const id of ['sriov/supported', 'sriov/vfs-created', 'gateway/pf-netdevs', 'ovs/hw-offload'])
    t.true(
      simulated.some(({ checkId }) => checkId === id),
      id,
    );
  t.true(
    simulated.every(
      ({ verdict, reason }) => verdict === 'skip' && /veth pairs in place of VFs/.test(reason ?? ''),
    ),
  );
  t.false(healthy.results.some(({ checkId, verdict }) => checkId.startsWith('sriov/') && verdict === 'pass'));
});

test.serial('without an inventory of roles each node is recognised, and says how', async (t) => {
  const file = await changedInventory(lab, 'without-roles', withoutRoles);
  const report = await examine('-i', file);
  const found = report.targets.map(({ name, role, simulation, roleGround }) => [
    name,
    role,
    simulation,
    roleGround,
  ]);
  t.deepEqual(found.slice(1), [
    ['dpu-worker', 'dpu-host', 'veth', 'ip link shows 16 veth VFs, such as eth0-0'],
    ['dpu-worker2', 'dpu', 'veth', 'ip link shows 16 veth representors, such as rep0-0'],
    ['dpu-worker3', 'dpu-host', 'veth', 'ip link shows 16 veth VFs, such as eth0-0'],
    ['dpu-worker4', 'dpu', 'veth', 'ip link shows 16 veth representors, such as rep1-0'],
  ]);
  // Nothing runs on this control plane that would tell: nothing is examined, and that is no health.
  t.deepEqual(found[0]?.slice(0, 3), ['dpu-control-plane', undefined, undefined]);
  t.is(report.exitCode, 2);
});

// Before any fault, whose undoing gives other interface indexes: by these alone the wrong pairs look right.
test.serial('where the inventory pairs the wrong nodes, the other ends tell', async (t) => {
  const swap: Readonly<Record<string, string>> = {
    'dpu-worker2': 'dpu-worker4',
    'dpu-worker4': 'dpu-worker2',
  };
  const file = await changedInventory(lab, 'swapped', (text) =>
    text.replace(/^( {4}dpu: )(.*)$/gm, (_, key: string, dpu: string) => `${key}${swap[dpu]}`),
  );
  const report = await examine('-i', file);
  assertOnly(
    t,
    healthy,
    report,
    ['dpu-worker', 'dpu-worker3'].map((target) => ({
      target,
      check: 'veth/peer-namespaces',
      code: 'OTHER_NODE',
      message: 'eth0-0 is connected to another node',
    })),
  );
  t.is(report.exitCode, 1);
});

const known =
  (name: string): Change =>
  (given) =>
    findFault(name).apply(given);

const IDLE = { target: 'dpu-worker', check: 'veth/host-interfaces' };

const FAULTS: readonly (readonly [what: string, change: Change, expected: readonly Expected[]])[] = [
  [
    'a pair that leads from each host to the other DPU',
    known('veth-crossed-hosts'),
    ['dpu-worker', 'dpu-worker3'].map((target) => ({ target, check: 'veth/peers', message: 'eth0-3' })),
  ],
  [
    'a pair that leads to the other DPU with the right indexes on both sides',
    crossedAlike(11),
    ['dpu-worker', 'dpu-worker3'].map((target) => ({
      target,
      check: 'veth/peers',
      code: 'OTHER_NAMESPACE',
      message: 'eth0-11 leads to another namespace than its siblings, though the interface index fits',
    })),
  ],
  [
    'two pairs of a host that are exchanged',
    known('veth-crossed-indices'),
    [
      {
        target: 'dpu-worker',
        check: 'veth/peers',
        code: 'OTHER_PEER',
        message: 'eth0-3 and rep0-3 are not the two ends of one veth pair: the other end of eth0-3 is rep0-4',
      },
    ],
  ],
  [
    'a pair that is missing on both ends',
    known('veth-missing'),
    [
      {
        target: 'dpu-worker2',
        check: 'veth/representors',
        code: 'MISSING',
        message: 'the representor rep0-3 is missing',
      },
    ],
  ],
  [
    'a VF that is down',
    known('veth-down'),
    [
      {
        target: 'dpu-worker',
        check: 'veth/links-up',
        code: 'DOWN',
        message: 'eth0-3 on dpu-worker is down, and most others are up',
      },
    ],
  ],
  [
    'a host of which all VFs are down',
    script(
      'host',
      'for i in $(seq 0 15); do ip link set eth0-$i down; done',
      'for i in $(seq 0 15); do ip link set eth0-$i up; done',
    ),
    [
      {
        target: 'dpu-worker',
        check: 'veth/links-up',
        code: 'SIDE_DOWN',
        message: 'all 16 ends of veth pairs on dpu-worker are down, and those on dpu-worker2 are up',
      },
    ],
  ],
  [
    'a representor that is down',
    script('dpu', 'ip link set rep0-9 down', 'ip link set rep0-9 up'),
    [{ target: 'dpu-worker', check: 'veth/links-up', message: 'rep0-9 on dpu-worker2 is down' }],
  ],
  [
    'a pair left over from the set-up',
    known('stray-interface'),
    [
      {
        target: 'dpu-worker',
        check: 'veth/leftovers',
        code: 'NAME_TAKEN',
        message: 'temp-host0-0 was not renamed to eth0-0: another device has this name',
      },
      { target: 'dpu-worker2', check: 'veth/leftovers', code: 'NAME_TAKEN', message: 'temp-rep0-0' },
    ],
  ],
  [
    'a VF that was not renamed',
    script(
      'host',
      'ip link set eth0-7 down name host0-eth0-7',
      'ip link set host0-eth0-7 name eth0-7; ip link set eth0-7 up',
    ),
    [
      {
        target: 'dpu-worker',
        check: 'veth/leftovers',
        code: 'NOT_RENAMED',
        message: 'host0-eth0-7 was not renamed to eth0-7',
      },
    ],
  ],
  [
    'a VF of another name',
    script(
      'host',
      'ip link set eth0-7 down name data7',
      'ip link set data7 name eth0-7; ip link set eth0-7 up',
    ),
    [{ ...IDLE, code: 'RENAMED', message: 'the VF eth0-7 is called data7 on the host' }],
  ],
  [
    'a VF by the name of the next one beyond the last',
    script(
      'host',
      'ip link set eth0-15 down name eth0-16; ip link set eth0-16 up',
      'ip link set eth0-16 down name eth0-15; ip link set eth0-15 up',
    ),
    [{ ...IDLE, code: 'RENAMED', message: 'the VF eth0-15 is called eth0-16 on the host' }],
  ],
  [
    'a VF by the name of another PF',
    script(
      'host',
      'ip link set eth0-3 down name eth1-3; ip link set eth1-3 up',
      'ip link set eth1-3 down name eth0-3; ip link set eth0-3 up',
    ),
    [{ ...IDLE, code: 'RENAMED', message: 'the VF eth0-3 is called eth1-3 on the host' }],
  ],
  [
    'a representor in a bridge of Linux',
    script('dpu', 'ip link add br0 type bridge; ip link set rep0-3 master br0', 'ip link delete br0'),
    [
      {
        target: 'dpu-worker2',
        check: 'veth/bridge-ports',
        code: 'OTHER_MASTER',
        message: 'rep0-3 belongs to br0, a device of kind bridge',
      },
    ],
  ],
  [
    'a further interface that leads nowhere',
    script('host', 'ip link add extra0 type veth peer name extra1', 'ip link delete extra0'),
    [
      {
        target: 'dpu-worker',
        check: 'veth/other-interfaces',
        verdict: 'warn',
        code: 'FURTHER',
        message: 'the host has a further interface, extra0, a device of kind veth',
      },
    ],
  ],
  [
    'a representor of another name',
    script(
      'dpu',
      'ip link set rep0-7 down name data7',
      'ip link set data7 name rep0-7; ip link set rep0-7 up',
    ),
    [{ target: 'dpu-worker2', check: 'veth/representors', code: 'RENAMED', message: 'data7' }],
  ],
  [
    'a VF that was never moved off the DPU',
    async (given) => {
      const { host, dpu } = given.pair(1);
      await ipBatch([`link set eth0-7 netns ${dpu.pid}`], { netns: host.netns });
      return async () => {
        await ipBatch([`link set eth0-7 netns ${host.pid}`], { netns: dpu.netns });
        await host.sh('ip link set eth0-7 up');
      };
    },
    [{ ...IDLE, code: 'MISSING', message: 'the VF eth0-7 is missing on the host' }],
  ],
  [
    'a pair one too many',
    extraPair(['eth0-16', hostOf(1)], ['rep0-16', dpuOf(1)]),
    [
      {
        target: 'dpu-worker2',
        check: 'veth/representors',
        code: 'EXTRA',
        message: 'the representor rep0-16 is one too many',
      },
    ],
  ],
  [
    'a VF one too many, which leads to another node',
    extraPair(['eth0-16', hostOf(1)], ['other', hostOf(2)]),
    [
      { ...IDLE, code: 'EXTRA', message: 'the VF eth0-16 is one too many on the host' },
      { target: 'dpu-worker3', check: 'veth/other-interfaces', code: 'LEADS_PAST', message: 'other' },
    ],
  ],
  [
    "a representor with the other pair's number, beside the right one",
    extraPair(['rep0-5', dpuOf(2)], ['spare', dpuOf(1)]),
    [
      {
        target: 'dpu-worker4',
        check: 'veth/representors',
        code: 'SEVERAL_PFS',
        message: 'multiple PF IDs detected: 0 1 (DPU should serve only one PF)',
      },
      {
        target: 'dpu-worker2',
        check: 'veth/representors',
        verdict: 'warn',
        code: 'FURTHER',
        message: 'the DPU has a further interface, spare',
      },
    ],
  ],
  [
    'an address on a VF',
    known('address-on-host-interface'),
    [
      {
        target: 'dpu-worker',
        check: 'veth/addresses',
        code: 'HAS_ADDRESS',
        message: 'eth0-3 has the address 10.214.0.5/24',
      },
    ],
  ],
  [
    'an IPv6 address on a representor',
    script('dpu', 'ip addr add 2001:db8::5/64 dev rep0-2 nodad', 'ip addr del 2001:db8::5/64 dev rep0-2'),
    [{ target: 'dpu-worker2', check: 'veth/addresses', message: 'rep0-2 has the address 2001:db8::5/64' }],
  ],
  [
    'a default route on a host',
    known('default-route-on-host'),
    [
      {
        target: 'dpu-worker',
        check: 'veth/host-isolation',
        code: 'DEFAULT_ROUTE',
        message: 'the host has a default route: default dev eth0-0',
      },
    ],
  ],
  [
    'an IPv6 default route on a host',
    script('host', 'ip -6 route add default dev eth0-0', 'ip -6 route del default dev eth0-0'),
    [{ target: 'dpu-worker', check: 'veth/host-isolation', code: 'DEFAULT_ROUTE' }],
  ],
  [
    'a host that is still on the network of kind',
    extraPair(
      ['eth0', hostOf(1)],
      ['kindport', (given) => given.node('dpu-control-plane').netns],
      'addr add 172.18.0.3/16 dev eth0\nlink set eth0 up',
    ),
    [
      {
        target: 'dpu-worker',
        check: 'veth/host-isolation',
        code: 'KIND_INTERFACE',
        message: 'the host still has the interface eth0 of kind with the address 172.18.0.3/16',
      },
    ],
  ],
  [
    'a host on a further network',
    extraPair(['eth1', hostOf(1)], ['netport', (given) => given.node('dpu-control-plane').netns]),
    [
      {
        target: 'dpu-worker',
        check: 'veth/other-interfaces',
        code: 'LEADS_PAST',
        message: 'the host has a further interface, eth1, which leads past its DPU',
      },
    ],
  ],
  [
    'a DPU without a default route',
    async (given) => {
      const { dpu } = given.pair(1);
      const route = (await dpu.sh('ip route show default')).trim();
      await dpu.sh('ip route del default');
      return async () => {
        await dpu.sh(`ip route add ${route}`);
      };
    },
    [{ target: 'dpu-worker2', check: 'veth/dpu-network', code: 'NO_DEFAULT_ROUTE' }],
  ],
  [
    'an MTU that differs on the two ends',
    script('dpu', 'ip link set rep0-2 mtu 1400', 'ip link set rep0-2 mtu 1500'),
    [
      {
        target: 'dpu-worker',
        check: 'veth/mtu',
        message: 'eth0-2 has MTU 1500 and its representor rep0-2 has MTU 1400',
      },
    ],
  ],
  [
    'IPv6 that is not forwarded on the control plane',
    async (given) => {
      const node = given.node('dpu-control-plane');
      await node.sh('sysctl -qw net.ipv6.conf.all.forwarding=0');
      return async () => {
        await node.sh('sysctl -qw net.ipv6.conf.all.forwarding=1');
      };
    },
    [{ target: 'dpu-control-plane', check: 'system/ipv6', code: 'OTHER' }],
  ],
  ['IPv6 that is not forwarded', known('sysctl-changed'), [{ target: 'dpu-worker', check: 'system/ipv6' }]],
  [
    'too few watches of inotify',
    (given) =>
      findFault('sysctl-changed').apply(given, { key: 'fs.inotify.max_user_watches', value: '8192' }),
    [{ target: 'dpu-worker', check: 'system/inotify-limits', message: '8192' }],
  ],
  [
    'a host without perl',
    withoutProgram('host', '/usr/bin/perl'),
    [
      {
        target: 'dpu-worker',
        check: 'veth/peer-namespaces',
        verdict: 'error',
        code: 'missing-program',
        message: 'perl is not installed',
      },
    ],
  ],
];

for (const [what, change, expected] of FAULTS) {
  test.serial(`${what}: found, and nothing else`, async (t) => {
    const undo = await change(lab);
    try {
      assertOnly(t, healthy, await examine('-i', lab.inventoryFile), expected);
    } finally {
      await undo();
    }
  });
}

test.serial('a VF in the namespace of a pod is no fault', async (t) => {
  const { host } = lab.pair(1);
  const pod = lab.netns('pod');
  await ipBatch([`netns add ${pod}`]);
  try {
    await ipBatch([`link set eth0-9 netns ${pod} name eth0`], { netns: host.netns });
    assertHealthy(t, await examine('-i', lab.inventoryFile));
  } finally {
    await ipBatch([`link set eth0 netns ${host.pid} name eth0-9`], { netns: pod });
    await host.sh('ip link set eth0-9 up');
    await ipBatch([`netns delete ${pod}`]);
  }
});

test.serial('a DPU that accepts no connections is one error, and the others are examined', async (t) => {
  const undo = await findFault('sshd-stopped').apply(lab);
  try {
    const report = await examine('-i', lab.inventoryFile);
    t.deepEqual(
      report.results.flatMap(({ checkId, verdict, target }) =>
        verdict === 'error' || verdict === 'fail' ? [`${target} ${checkId} ${verdict}`] : [],
      ),
      ['dpu-worker2 target/reachable error'],
    );
    t.is(report.exitCode, 2);
    t.true(passedOn(report, 'dpu-worker3').includes('veth/peers'));
  } finally {
    await undo();
  }
});

test.serial('a login without root says what it could not see; one with sudo sees all', async (t) => {
  const as = (user: string) =>
    changedInventory(lab, user, (text) => text.replaceAll('user: root', `user: ${user}`));
  assertOnly(
    t,
    healthy,
    await examine('-i', await as('operator')),
    ['dpu-worker', 'dpu-worker3'].map((target) => ({
      target,
      check: 'veth/peer-namespaces',
      verdict: 'error' as const,
      message: 'perl needs root, and sudo -n was refused',
    })),
  );
  const withSudo = await examine('-i', await as('sre'));
  assertHealthy(t, withSudo);
  assertOnly(t, healthy, withSudo, []);
});

test.serial('Open vSwitch alone on a simulated DPU is examined; OVN is not asked for yet', async (t) => {
  const undo = await runOvs(lab.node('dpu-worker2'));
  try {
    const report = await examine('-i', lab.inventoryFile);
    assertHealthy(t, report);
    t.true(passedOn(report, 'dpu-worker2').includes('ovs/daemons'));
    t.true(passedOn(report, 'dpu-worker2').includes('ovs/version'));
  } finally {
    await undo();
  }
});

test.serial('once ovnkube runs on a simulated DPU, a missing Open vSwitch is a failure', async (t) => {
  const undo = await runOvnkube(lab.node('dpu-worker2'));
  try {
    const report = await examine('-i', lab.inventoryFile);
    const failed = report.results.filter(({ verdict }) => verdict === 'fail');
    t.deepEqual(
      failed.map(({ target, checkId }) => `${target} ${checkId}`),
      ['dpu-worker2 ovs/daemons'],
    );
  } finally {
    await undo();
  }
});

test.serial('once ovnkube runs on Open vSwitch, bridges and settings are judged', async (t) => {
  const dpu = lab.node('dpu-worker2');
  const stopOvs = await runOvs(dpu);
  const stopOvnkube = await runOvnkube(dpu);
  try {
    const bare = await examine('-i', lab.inventoryFile);
    const failed = bare.results.filter(({ verdict }) => verdict === 'fail').map(({ checkId }) => checkId);
    for (const id of ['ovs/integration-bridge', 'ovs/external-bridge', 'ovs/chassis-settings'])
      t.true(failed.includes(id), id);
    await dpu.sh(`
      ovs-vsctl --timeout=20 \\
        -- add-br br-int -- set Bridge br-int datapath_type=netdev fail_mode=secure \\
        -- add-br breth0 -- set Bridge breth0 datapath_type=netdev \\
        -- add-port br-int ovn-k8s-mp0 -- set Interface ovn-k8s-mp0 type=internal \\
        -- add-port breth0 uplink0 -- set Interface uplink0 type=internal \\
        -- add-port br-int patch-br-int-to-breth0_dpu-worker2 \\
        -- set Interface patch-br-int-to-breth0_dpu-worker2 type=patch options:peer=patch-breth0_dpu-worker2-to-br-int \\
        -- add-port breth0 patch-breth0_dpu-worker2-to-br-int \\
        -- set Interface patch-breth0_dpu-worker2-to-br-int type=patch options:peer=patch-br-int-to-breth0_dpu-worker2 \\
        -- set Open_vSwitch . external_ids:ovn-remote=unix:/var/run/ovn/ovnsb_db.sock \\
          external_ids:ovn-encap-type=geneve external_ids:ovn-encap-ip=172.30.0.2 \\
          external_ids:ovn-bridge-mappings=physnet:breth0
      ip addr add 172.30.0.2/24 dev breth0`);
    const deployed = await examine('-i', lab.inventoryFile);
    for (const id of [
      'integration-bridge',
      'fail-mode',
      'external-bridge',
      'patch-ports',
      'management-port',
      'encap-ip',
      'chassis-settings',
    ])
      t.true(passedOn(deployed, 'dpu-worker2').includes(`ovs/${id}`), id);
  } finally {
    await stopOvnkube();
    await stopOvs();
  }
});

test.serial('after all faults the testbed is as it was', async (t) => {
  const report = await examine('-i', lab.inventoryFile);
  assertHealthy(t, report);
  assertOnly(t, healthy, report, []);
});
