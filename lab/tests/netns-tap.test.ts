import { writeFile } from 'node:fs/promises';
import test from 'ava';
import type { Report } from '../../runner/report.ts';
import { findFault, type LabNode, type NetnsLab, type Undo, upNetnsLab } from '../netns/index.ts';
import { HYPERVISOR, VARIABLES_FILE } from '../netns/tap/plan.ts';
import { assertHealthy, assertOnly, type Expected, examine } from './examine.ts';
import { type Change, changedInventory, runOvnkube, script, withoutRoles } from './veth.ts';

/* The software testbed of seed S before OVN-Kubernetes is started: a hypervisor, two infra and two tenant machines. */

let lab: NetnsLab;
let healthy: Report;

test.before(async () => {
  lab = await upNetnsLab({ name: `test-tap-${process.pid}`, topology: 'tap' });
  healthy = await examine('-i', lab.inventoryFile);
});

test.after.always(async () => {
  await lab?.down();
});

const verdictOf = (report: Report, target: string, id: string): string | undefined =>
  report.results.find((one) => one.target === target && one.checkId === id)?.verdict;

test.serial('a healthy testbed passes, and every check of its topology has seen something', (t) => {
  assertHealthy(t, healthy);
  for (const id of ['taps', 'bridges', 'links-up'])
    t.is(verdictOf(healthy, HYPERVISOR, `tap/${id}`), 'pass', id);
  for (const id of ['guest-interfaces', 'host-route', 'variables-pair'])
    t.is(verdictOf(healthy, 'tenant-2', `tap/${id}`), 'pass', id);
  for (const id of ['tap/guest-interfaces', 'ovs/daemons', 'ovs/external-bridge', 'ovs/uplink-port'])
    t.is(verdictOf(healthy, 'infra-2', id), 'pass', id);
});

test.serial('VF 0 outside of Open vSwitch is an expected gap', (t) => {
  const gaps = healthy.results.filter(({ expectedGap }) => expectedGap);
  t.deepEqual(
    gaps.map(({ target, checkId, verdict }) => `${target} ${checkId} ${verdict}`),
    ['infra-2 tap/vf0-in-ovs skip', 'infra-3 tap/vf0-in-ovs skip'],
  );
  t.regex(gaps[0]?.reason ?? '', /ovs-vsctl add-port br-ex enp2s0f1/);
});

test.serial('VF 0 in Open vSwitch is a pass', async (t) => {
  const { dpu } = lab.pair(1);
  await dpu.sh('ovs-vsctl --timeout=20 add-port br-ex enp2s0f1');
  try {
    const report = await examine('-i', lab.inventoryFile);
    assertHealthy(t, report);
    t.is(verdictOf(report, 'infra-2', 'tap/vf0-in-ovs'), 'pass');
    t.is(verdictOf(report, 'infra-3', 'tap/vf0-in-ovs'), 'skip');
  } finally {
    await dpu.sh('ovs-vsctl --timeout=20 del-port br-ex enp2s0f1; ip link set enp2s0f1 up');
  }
});

test.serial('no check that asks for hardware passes, and each says why', (t) => {
  const simulated = healthy.results.filter(({ reasonCode }) => reasonCode === 'simulated');
  t.true(simulated.length > 10);
  t.true(
    simulated.every(({ verdict, reason }) => verdict === 'skip' && /TAPs in place of VFs/.test(reason ?? '')),
  );
  t.false(healthy.results.some(({ checkId, verdict }) => checkId.startsWith('sriov/') && verdict === 'pass'));
});

test.serial('without an inventory of roles each machine is recognised, and says how', async (t) => {
  const report = await examine('-i', await changedInventory(lab, 'without-roles', withoutRoles));
  assertHealthy(t, report);
  t.deepEqual(
    report.targets.map(({ name, role, simulation, roleGround }) => [name, role, simulation, roleGround]),
    [
      [HYPERVISOR, 'hypervisor', 'tap', 'ip link shows 80 TAPs of the software testbed, such as tap2-vf0-i'],
      ['tenant-2', 'dpu-host', 'tap', `${VARIABLES_FILE} lists tenant-2 in TENANT_DPU_HOST_LIST`],
      ['infra-2', 'dpu', 'tap', `${VARIABLES_FILE} lists infra-2 in INFRA_DPU_LIST`],
      ['tenant-3', 'dpu-host', 'tap', `${VARIABLES_FILE} lists tenant-3 in TENANT_DPU_HOST_LIST`],
      ['infra-3', 'dpu', 'tap', `${VARIABLES_FILE} lists infra-3 in INFRA_DPU_LIST`],
    ],
  );
});

test.serial(
  'scripts/variables.sh itself is an inventory; what does not answer is one error each',
  async (t) => {
    const file = `${lab.stateDir}/variables.sh`;
    await writeFile(file, await lab.node(HYPERVISOR).sh(`cat ${VARIABLES_FILE}`));
    const report = await examine('-i', file, '--ssh-config', lab.sshConfigFile, '--timeout', '20s');
    for (const node of ['tenant-2', 'infra-2', 'tenant-3', 'infra-3'])
      t.is(verdictOf(report, node, 'tap/variables-file'), 'pass', node);
    t.is(verdictOf(report, 'tenant-2', 'tap/variables-pair'), 'pass');
    const wrong = report.results.flatMap(({ target, checkId, verdict }) =>
      verdict === 'fail' || verdict === 'warn' || verdict === 'error'
        ? [`${target} ${checkId} ${verdict}`]
        : [],
    );
    // The testbed has no control planes and no worker.
    t.deepEqual(
      wrong.sort(),
      ['infra-1', 'tenant-1', 'tenant-4'].map((node) => `${node} target/reachable error`),
    );
    t.is(report.exitCode, 2);
    const undo = await findFault('variables-differ').apply(lab, { pair: 1 });
    try {
      const broken = await examine('-i', file, '--ssh-config', lab.sshConfigFile, '--timeout', '20s');
      assertOnly(t, report, broken, [
        { target: 'infra-2', check: 'tap/variables-file', code: 'DIFFERS', message: VARIABLES_FILE },
      ]);
    } finally {
      await undo();
    }
  },
);

/** A stand-in for virsh, whose output is hand-written after libvirt's documentation of domstats --state. */
async function withVirsh(node: LabNode, states: Readonly<Record<string, number>>): Promise<Undo> {
  const lines = Object.entries(states).map(([name, state]) => `Domain: '${name}'\n  state.state=${state}\n`);
  await node.sh(`
    cat >/usr/bin/virsh <<'END'
#!/bin/sh
cat <<'TEXT'
${lines.join('\n')}
TEXT
END
    chmod 755 /usr/bin/virsh`);
  return async () => {
    await node.sh('rm /usr/bin/virsh');
  };
}

const MACHINES = ['gw-1', 'infra-1', 'infra-2', 'infra-3', 'tenant-1', 'tenant-2', 'tenant-3', 'tenant-4'];
const RUNNING = Object.fromEntries(MACHINES.map((name) => [name, 1]));

test.serial('the virtual machines are judged where virsh is', async (t) => {
  const node = lab.node(HYPERVISOR);
  const undo = await withVirsh(node, RUNNING);
  try {
    const running = await examine('-i', lab.inventoryFile);
    assertHealthy(t, running);
    t.is(verdictOf(running, HYPERVISOR, 'tap/vms'), 'pass');
    await withVirsh(node, { ...RUNNING, 'tenant-2': 5 });
    assertOnly(t, running, await examine('-i', lab.inventoryFile), [
      {
        target: HYPERVISOR,
        check: 'tap/vms',
        code: 'NOT_RUNNING',
        message: 'the virtual machine tenant-2 does not run: it is shut off',
      },
    ]);
  } finally {
    await undo();
  }
});

const known =
  (name: string): Change =>
  (given) =>
    findFault(name).apply(given);

const onHypervisor =
  (apply: string, undo: string): Change =>
  async (given) => {
    await given.node(HYPERVISOR).sh(apply);
    return async () => {
      await given.node(HYPERVISOR).sh(undo);
    };
  };

const BRIDGES = { target: HYPERVISOR, check: 'tap/bridges' };
const TAPS = { target: HYPERVISOR, check: 'tap/taps' };

const defaultRoute = (apply: (route: string) => string, undo: (route: string) => string): Change => {
  return async (given) => {
    const { host } = given.pair(1);
    const route = (await host.sh('ip route show default')).trim();
    await host.sh(apply(route));
    return async () => {
      await host.sh(undo(route));
    };
  };
};

const FAULTS: readonly (readonly [what: string, change: Change, expected: readonly Expected[]])[] = [
  [
    'a TAP that is in no bridge',
    known('bridge-member-missing'),
    [{ ...BRIDGES, code: 'NOT_MEMBER', message: 'tap2-vf4-t is not a member of br2-vf4' }],
  ],
  [
    'a TAP in the bridge of another VF',
    known('bridge-members-crossed'),
    [{ ...BRIDGES, code: 'STRANGER', message: 'br2-vf5 has a further member, tap2-vf4-t' }],
  ],
  [
    'a bridge that is missing',
    known('bridge-missing'),
    [{ ...BRIDGES, code: 'MISSING', message: 'the bridge br2-vf4 is missing' }],
  ],
  [
    'a TAP that is missing',
    known('tap-missing'),
    [{ ...TAPS, code: 'MISSING', message: 'the TAP interface tap2-vf4-t is missing' }],
  ],
  [
    'a TAP that no virtual machine holds',
    known('tap-without-carrier'),
    [
      {
        target: HYPERVISOR,
        check: 'tap/links-up',
        code: 'NOT_HELD',
        message: 'no virtual machine holds tap2-vf4-t: it has no carrier',
      },
    ],
  ],
  [
    'a TAP that is down',
    onHypervisor('ip link set tap3-vf19-i down', 'ip link set tap3-vf19-i up'),
    [{ target: HYPERVISOR, check: 'tap/links-up', code: 'DOWN', message: 'tap3-vf19-i is down' }],
  ],
  [
    'a bridge that is down',
    onHypervisor('ip link set br3-vf0 down', 'ip link set br3-vf0 up'),
    [{ target: HYPERVISOR, check: 'tap/links-up', code: 'DOWN', message: 'br3-vf0 is down' }],
  ],
  [
    'a third member of a bridge',
    onHypervisor(
      'ip link add eavesdrop type veth peer name spare; ip link set eavesdrop master br2-vf0',
      'ip link delete eavesdrop',
    ),
    [{ ...BRIDGES, code: 'STRANGER', message: 'br2-vf0 has a further member, eavesdrop' }],
  ],
  [
    'a TAP one too many',
    onHypervisor('ip tuntap add mode tap tap2-vf20-i', 'ip link delete tap2-vf20-i'),
    [{ ...TAPS, verdict: 'warn', code: 'EXTRA', message: 'the TAP interface tap2-vf20-i is one too many' }],
  ],
  [
    'variables.sh that differs on a DPU',
    known('variables-differ'),
    [
      {
        target: 'infra-2',
        check: 'tap/variables-file',
        code: 'DIFFERS',
        message: `${VARIABLES_FILE} differs from the expected variables.sh`,
      },
    ],
  ],
  [
    'variables.sh that differs on the hypervisor',
    onHypervisor(`echo '# mine' >>${VARIABLES_FILE}`, `sed -i '$d' ${VARIABLES_FILE}`),
    [{ target: HYPERVISOR, check: 'tap/variables-file', code: 'DIFFERS' }],
  ],
  [
    'a DPU host whose VF 0 is down',
    defaultRoute(
      () => 'ip link set enp2s0f1 down',
      (route) => `ip link set enp2s0f1 up; ip route add ${route}`,
    ),
    [
      {
        target: 'tenant-2',
        check: 'tap/host-route',
        code: 'DOWN',
        message: 'enp2s0f1 is down, which VF 0 is on the DPU host',
      },
    ],
  ],
  [
    'a DPU host without VF 0',
    defaultRoute(
      () => 'ip link set enp2s0f1 name lost; ip route flush default',
      (route) => `ip link set lost name enp2s0f1; ip route add ${route}`,
    ),
    [{ target: 'tenant-2', check: 'tap/host-route', code: 'MISSING', message: 'enp2s0f1 is missing' }],
  ],
  [
    "a DPU host's default route by the management port",
    defaultRoute(
      () => 'ip route replace default dev enp1s0',
      (route) => `ip route replace ${route}`,
    ),
    [{ target: 'tenant-2', check: 'tap/host-route', message: 'default dev enp1s0' }],
  ],
  [
    'a DPU host without a default route',
    defaultRoute(
      () => 'ip route del default',
      (route) => `ip route add ${route}`,
    ),
    [{ target: 'tenant-2', check: 'tap/host-route', message: 'there is none' }],
  ],
  [
    'a DPU host that still has its data port',
    script('host', 'ip link add enp7s0 type veth peer name data', 'ip link delete enp7s0'),
    [
      {
        target: 'tenant-2',
        check: 'tap/guest-interfaces',
        code: 'DATA_ON_HOST',
        message: 'the DPU host still has the data port enp7s0',
      },
    ],
  ],
  [
    'a DPU that lacks the interface of a VF',
    script('dpu', 'ip link set enp3s0f2 name lost', 'ip link set lost name enp3s0f2'),
    [
      {
        target: 'infra-2',
        check: 'tap/guest-interfaces',
        code: 'NO_VF',
        message: 'enp3s0f2 is missing, which VF 8 is inside of the virtual machine',
      },
    ],
  ],
  [
    'VF 0 in the place of the uplink',
    script(
      'dpu',
      'ovs-vsctl --timeout=20 del-port br-ex enp7s0 -- add-port br-ex enp2s0f1',
      'ovs-vsctl --timeout=20 del-port br-ex enp2s0f1 -- add-port br-ex enp7s0',
    ),
    [
      {
        target: 'infra-2',
        check: 'ovs/uplink-port',
        code: 'NOT_ATTACHED',
        message: 'uplink enp7s0 is not a port of bridge br-ex',
      },
      // It was an expected gap before.
      { target: 'infra-2', check: 'tap/vf0-in-ovs', verdict: 'pass' },
    ],
  ],
  [
    'a management port of another name',
    script('host', 'ip link set enp1s0 name mgmt0', 'ip link set mgmt0 name enp1s0'),
    [{ target: 'tenant-2', check: 'tap/guest-interfaces', code: 'NO_MANAGEMENT' }],
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

test.serial('a management port that has its usual name beside another is no fault', async (t) => {
  const { host } = lab.pair(1);
  await host.sh('ip link set enp1s0 name mgmt0; ip link property add dev mgmt0 altname enp1s0');
  try {
    assertHealthy(t, await examine('-i', lab.inventoryFile));
  } finally {
    await host.sh('ip link property del dev mgmt0 altname enp1s0; ip link set mgmt0 name enp1s0');
  }
});

test.serial('once ovnkube runs on a DPU of the testbed, what it needs is judged', async (t) => {
  const undo = await runOvnkube(lab.node('infra-2'));
  try {
    const report = await examine('-i', lab.inventoryFile);
    const failed = report.results.flatMap(({ target, checkId, verdict }) =>
      verdict === 'fail' ? [`${target} ${checkId}`] : [],
    );
    for (const id of ['chassis-settings', 'encap-ip']) t.true(failed.includes(`infra-2 ovs/${id}`), id);
    t.true(failed.every((one) => one.startsWith('infra-2 ')));
  } finally {
    await undo();
  }
});

test.serial('after all faults the testbed is as it was', async (t) => {
  const report = await examine('-i', lab.inventoryFile);
  assertHealthy(t, report);
  assertOnly(t, healthy, report, []);
});
