import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import type { Report } from '../../runner/report.ts';
import { type NetnsLab, upNetnsLab } from '../netns/index.ts';
import { OVN_NORTHD } from '../netns/ovn.ts';
import { OVSDB_SERVER } from '../netns/ovs.ts';
import { byHand, known, tryCase } from './dpu.ts';
import { assertHealthy, assertOnly, type Expected, examine } from './examine.ts';

let lab: NetnsLab;
let healthy: Report;

test.before(async () => {
  lab = await upNetnsLab({ name: 'test-netns-daemons', topology: 'bluefield', pairs: 1 });
  healthy = await examine('-i', lab.inventoryFile);
});

test.after.always(async () => {
  await lab?.down();
});

const RUN = '/run/openvswitch';

const fails = (check: string, code: string, message?: string): Expected[] => [
  { target: 'dpu1', check, code, ...(message === undefined ? {} : { message }) },
];

const onHost = (code: string, message: string): Expected[] => [
  { target: 'host1', check: 'ovs/absent', code, message },
];

test.serial('a healthy testbed gives passes, and nothing else', (t) => {
  assertHealthy(t, healthy);
});

const CASES = [
  known('vswitchd-killed', fails('ovs/daemons', 'NOT_RUNNING', 'ovs-vswitchd is not running')),
  known('vswitchd-hung', fails('ovs/daemons', 'STOPPED', 'ovs-vswitchd is there and does not run')),
  known('ovsdb-killed', fails('ovs/daemons', 'NOT_RUNNING', 'ovsdb-server is not running')),
  known('ovsdb-hung', fails('ovs/daemons', 'STOPPED', 'ovsdb-server is there and does not run')),
  // Its databases of OVN have servers of the same name.
  byHand(
    'ovsdb-server of the control plane is killed, and not those of OVN',
    'control-plane',
    [
      'pid=$(cat /run/openvswitch/ovsdb-server.pid); kill -KILL $pid; while [ -e /proc/$pid ]; do sleep 0.05; done',
      OVSDB_SERVER,
    ],
    [{ target: 'control-plane', check: 'ovs/daemons', code: 'NOT_RUNNING', message: 'ovsdb-server' }],
  ),
  byHand(
    'ovn-northd of the control plane is killed',
    'control-plane',
    [
      'pid=$(cat /run/ovn/ovn-northd.pid); kill -KILL $pid; while [ -e /proc/$pid ]; do sleep 0.05; done',
      OVN_NORTHD,
    ],
    [{ target: 'control-plane', check: 'ovs/ovn-central', code: 'NOT_RUNNING', message: 'ovn-northd' }],
  ),
  byHand(
    'the socket of the database is gone',
    'dpu1',
    [`mv ${RUN}/db.sock ${RUN}/away`, `mv ${RUN}/away ${RUN}/db.sock`],
    fails('ovs/daemons', 'NO_SOCKET'),
  ),
  known('ovn-controller-killed', fails('ovs/ovn-controller', 'NOT_RUNNING', 'ovn-controller is not running')),
  known('ovn-controller-hung', fails('ovs/ovn-controller', 'STOPPED')),
  byHand(
    'Open vSwitch is an old release',
    'dpu1',
    [
      'ovs-vsctl --no-wait set Open_vSwitch . ovs_version=2.9.0-0060-23.7-based-2.12.4',
      'ovs-vsctl --no-wait set Open_vSwitch . ovs_version=$(ovs-vswitchd --version | sed -n "1s/.* //p")',
    ],
    fails(
      'ovs/version',
      'TOO_OLD',
      'Open vSwitch is 2.9.0-0060-23.7-based-2.12.4, and 2.13 or above is needed',
    ),
  ),
  known('ovnkube-stopped-on-dpu', [
    ...fails('gateway/ovnkube-running', 'NOT_RUNNING'),
    ...['gateway/node-mode', 'gateway/management-port-setting', 'gateway/interface-setting'].map(
      (check): Expected => ({ target: 'dpu1', check, verdict: 'skip' }),
    ),
    { target: 'dpu1', check: 'ovs/encap-mtu', verdict: 'skip' },
  ]),
  byHand(
    "the control plane's ovs-vswitchd is stopped",
    'control-plane',
    [`kill -STOP $(cat ${RUN}/ovs-vswitchd.pid)`, `kill -CONT $(cat ${RUN}/ovs-vswitchd.pid)`],
    [{ target: 'control-plane', check: 'ovs/daemons', code: 'STOPPED' }],
  ),
  // Open vSwitch on the DPU host, in each of its forms.
  known('ovs-installed-on-host', onHost('INSTALLED', '/usr/share/doc/openvswitch-switch')),
  known('ovs-running-on-host', onHost('RUNNING', 'Open vSwitch runs on the DPU host: ovs-vswitchd')),
  byHand(
    'a program of Open vSwitch that no package brought',
    'host1',
    [
      'mkdir -p /usr/local/sbin; cp /bin/sleep /usr/local/sbin/ovs-vswitchd',
      'rm /usr/local/sbin/ovs-vswitchd',
    ],
    onHost('INSTALLED', '/usr/local/sbin/ovs-vswitchd'),
  ),
  byHand(
    'Open vSwitch runs on the host from a container, of which the host has no program',
    'host1',
    [
      `cp /bin/sleep /run/ovsdb-server; setsid /run/ovsdb-server 300 >/dev/null 2>&1 &
      for attempt in $(seq 200); do ! pgrep --exact ovsdb-server >/dev/null || exit 0; sleep 0.05; done; exit 1`,
      'kill $(pgrep --exact ovsdb-server); rm /run/ovsdb-server',
    ],
    onHost('RUNNING', 'ovsdb-server'),
  ),
  byHand(
    'what a removed package leaves is no Open vSwitch',
    'host1',
    [
      `mkdir -p /usr/share/doc/openvswitch-switch /etc/openvswitch /var/log/openvswitch ${RUN}; touch ${RUN}/db.sock`,
      `rm -rf /usr/share/doc/openvswitch-switch /etc/openvswitch ${RUN}`,
    ],
    [],
  ),
  byHand(
    'tools are missing',
    'dpu1',
    [
      'mv "$(command -v ethtool)" /run/lab/; mv "$(command -v lspci)" /run/lab/',
      'mv /run/lab/ethtool /usr/sbin/; mv /run/lab/lspci /usr/bin/',
    ],
    [
      {
        target: 'dpu1',
        check: 'system/tools',
        verdict: 'warn',
        code: 'MISSING',
        message: /ethtool.*\n.*lspci/,
      },
      { target: 'dpu1', check: 'sriov/hw-tc-offload', verdict: 'error', code: 'missing-program' },
    ],
  ),
];

for (const one of CASES) {
  test.serial(one.name, async (t) => {
    await tryCase(t, lab, healthy, one);
  });
}

/** Those that no other check stands before: what can't be had is said by each that needs it. */
const NEED_VSCTL = [
  'version',
  'integration-bridge',
  'external-bridge',
  'bridge-datapaths',
  'host-node-name',
  'chassis-settings',
];

const errors = (code: string, message: string, checks: readonly string[] = NEED_VSCTL): Expected[] =>
  checks.map((check) => ({ target: 'dpu1', check: `ovs/${check}`, verdict: 'error', code, message }));

for (const [name, scripts, expected] of [
  [
    'ovs-vsctl is missing',
    ['mv /usr/bin/ovs-vsctl /run/lab/', 'mv /run/lab/ovs-vsctl /usr/bin/'],
    errors('missing-program', 'ovs-vsctl is not installed on the node', [...NEED_VSCTL, 'ovn-controller']),
  ],
  [
    'ovs-vsctl says something else',
    [
      'mv /usr/bin/ovs-vsctl /run/lab/; printf "#!/bin/sh\\necho hello\\n" >/usr/bin/ovs-vsctl; chmod 755 /usr/bin/ovs-vsctl',
      'mv /run/lab/ovs-vsctl /usr/bin/',
    ],
    errors('unparsable', 'ovs-vsctl was expected to print', [...NEED_VSCTL, 'ovn-controller']),
  ],
  [
    'ovs-appctl is missing: nobody can be asked for flows and for the connection',
    ['mv /usr/bin/ovs-appctl /run/lab/', 'mv /run/lab/ovs-appctl /usr/bin/'],
    errors('missing-program', 'ovs-appctl is not installed on the node', [
      'hw-offload-in-force',
      'ovn-connected',
    ]),
  ],
] as const) {
  test.serial(name, async (t) => {
    const report = await (async () => {
      await lab.node('dpu1').sh(scripts[0]);
      try {
        return await examine('-i', lab.inventoryFile);
      } finally {
        await lab.node('dpu1').sh(scripts[1]);
      }
    })();
    assertOnly(t, healthy, report, expected);
    t.is(report.exitCode, 2, 'nothing failed: it could not be determined');
  });
}

/** The inventory with another user on every node. */
async function inventoryOf(user: string): Promise<string> {
  const file = path.join(lab.stateDir, `inventory-${user}.yaml`);
  await writeFile(
    file,
    (await readFile(lab.inventoryFile, 'utf8')).replaceAll('user: root', `user: ${user}`),
  );
  return file;
}

test.serial('a control plane of DPF without Open vSwitch', async (t) => {
  // The DPU host is the node of the testbed that has none.
  const { host } = lab.pair(1);
  const file = path.join(lab.stateDir, 'inventory-dpf.yaml');
  const inventory = await readFile(lab.inventoryFile, 'utf8');
  await writeFile(file, inventory.replace(/role: dpu-host\n\s+dpu: .*/, 'role: control-plane'));
  await host.sh('mkdir -p /var/log/pods/dpf-operator-system_dpf-operator-controller-manager-1_2');
  try {
    const report = await examine('-i', file);
    const failed = report.results.filter(({ verdict }) => verdict === 'fail');
    t.deepEqual(
      failed.map(({ target, checkId, findings }) => [target, checkId, findings[0]?.code]),
      [['host1', 'ovs/installed', 'NOT_INSTALLED']],
    );
  } finally {
    await host.sh('rm -r /var/log/pods');
  }
});

test.serial('a user with passwordless sudo sees what root sees', async (t) => {
  assertOnly(t, healthy, await examine('-i', await inventoryOf('sre')), []);
});

test.serial(
  'a user who is refused sudo learns what that hides, and no pass is lost to a failure',
  async (t) => {
    const report = await examine('-i', await inventoryOf('operator'));
    t.is(report.exitCode, 2);
    t.deepEqual(
      report.results
        .filter(({ verdict }) => verdict === 'fail' || verdict === 'warn')
        .map(({ checkId }) => checkId),
      [],
    );
    for (const check of NEED_VSCTL) {
      const result = report.results.find(
        ({ target, checkId }) => target === 'dpu1' && checkId === `ovs/${check}`,
      );
      t.like(result, { verdict: 'error', reasonCode: 'permission' }, check);
      t.is(result?.reason, 'ovs-vsctl needs root, and sudo -n was refused', check);
    }
    // What needs no root is judged all the same.
    for (const check of ['ovs/daemons', 'system/swap', 'system/ip-forward', 'system/br-netfilter'])
      t.is(
        report.results.find(({ target, checkId }) => target === 'dpu1' && checkId === check)?.verdict,
        'pass',
      );
  },
);

test.serial('without sudo on the node, the refusal is that of Open vSwitch', async (t) => {
  const { dpu } = lab.pair(1);
  await dpu.sh('chmod 0 /usr/bin/sudo');
  try {
    const report = await examine('-i', await inventoryOf('sre'));
    const version = report.results.find(
      ({ target, checkId }) => target === 'dpu1' && checkId === 'ovs/version',
    );
    t.like(version, { verdict: 'error', reasonCode: 'permission' });
    t.is(report.summary.fail, 0);
  } finally {
    await dpu.sh('chmod 4755 /usr/bin/sudo');
  }
});

test.serial('the testbed is as healthy as before', async (t) => {
  assertOnly(t, healthy, await examine('-i', lab.inventoryFile), []);
});
