import test from 'ava';
import type { Report, Result } from '../../runner/report.ts';
import { downVm, upVm, type Vm } from '../vm/index.ts';
import { assertHealthy, assertOnly, examine } from './examine.ts';
import { broken, type Case, examineBroken, on, sh } from './vm.ts';

/*
 * A DPU with an eswitch, the kernel's datapath and TC. What says offloaded:yes here went past the representors; what
 * is in TC alone did not.
 */
const NAME = `test-vm-dpu-${process.pid}`;
let vm: Vm;
let healthy: Report;

test.before(async () => {
  vm = await upVm({ name: NAME, profile: 'dpu' });
  healthy = await examine('-i', vm.inventoryFile);
});
test.after.always(() => downVm(NAME));

test.serial('a healthy DPU has no failure and no warning, and no offload without traffic', (t) => {
  assertHealthy(t, healthy);
  const verdicts = new Map(healthy.results.map(({ checkId, verdict }) => [checkId, verdict]));
  for (const id of ['sriov/eswitch-mode', 'sriov/hw-tc-offload', 'ovs/hw-offload-in-force', 'ovs/ports-up'])
    t.is(verdicts.get(id), 'pass', id);
  t.is(verdicts.get('ovs/offloaded-flows'), 'skip');
});

const skipped = (check: string) => ({ check, verdict: 'skip', code: 'not-applicable' }) as const;

const CASES: readonly Case[] = [
  {
    fault: 'eswitch-legacy',
    changes: [{ check: 'sriov/eswitch-mode', code: 'LEGACY', message: 'is in legacy mode' }],
  },
  // netdevsim leaves switchdev mode with its last VF.
  { fault: 'no-representors', changes: [{ check: 'sriov/eswitch-mode', code: 'LEGACY' }] },
  { fault: 'representor-down', changes: [{ check: 'ovs/ports-up', code: 'DOWN', message: 'pf0vf1' }] },
  { fault: 'uplink-down', changes: [{ check: 'ovs/ports-up', code: 'DOWN', message: 'p0' }] },
  { fault: 'uplink-no-carrier', changes: [{ check: 'ovs/ports-up', code: 'NO_CARRIER' }] },
  { fault: 'bridge-down', changes: [{ check: 'ovs/ports-up', code: 'DOWN', message: 'brp0' }] },
  {
    fault: 'representor-no-offload',
    changes: [{ check: 'sriov/hw-tc-offload', code: 'OFF', message: 'hw-tc-offload of pf0vf1 is off' }],
  },
  {
    fault: 'uplink-no-offload',
    changes: [{ check: 'sriov/hw-tc-offload', code: 'OFF', message: 'hw-tc-offload of p0 is off' }],
  },
  {
    fault: 'spare-representor-no-offload',
    changes: [{ check: 'sriov/hw-tc-offload', verdict: 'warn', code: 'UNUSED' }],
  },
  { fault: 'hw-offload-false', changes: [{ check: 'ovs/hw-offload', code: 'OFF' }] },
  { fault: 'hw-offload-unset', changes: [{ check: 'ovs/hw-offload', code: 'NOT_SET' }] },
  { fault: 'hw-offload-no-restart', changes: [] },
  { fault: 'hw-offload-false-no-restart', changes: [{ check: 'ovs/hw-offload', code: 'OFF' }] },
  { fault: 'tc-policy-skip-hw', changes: [{ check: 'ovs/hw-offload', code: 'KEPT_OUT' }] },
  { fault: 'flow-limit-zero', changes: [{ check: 'ovs/hw-offload', code: 'NO_FLOWS' }] },
  {
    fault: 'user-space-datapath',
    changes: [
      { check: 'ovs/hw-offload', code: 'USER_SPACE', message: 'no port of DPDK' },
      skipped('sriov/hw-tc-offload'),
    ],
  },
  {
    fault: 'ingress-qdisc-deleted',
    changes: [{ check: 'ovs/ingress-qdiscs', message: 'pf0vf1 has no ingress qdisc' }],
  },
  {
    fault: 'representors-swapped',
    changes: [
      { check: 'ovs/representor-names', message: 'has the name of VF 1 and is the representor of VF 2' },
    ],
  },
  {
    fault: 'uplink-mtu-small',
    changes: [
      {
        check: 'ovs/encap-mtu',
        message: 'MTU (1400) of network interface brp0 is too small for specified overlay MTU (1458)',
      },
    ],
  },
  {
    fault: 'health-reporter-error',
    changes: [{ check: 'sriov/devlink-health', verdict: 'warn', message: 'dummy of netdevsim/netdevsim10' }],
  },
  { fault: 'vswitchd-dead', changes: [{ check: 'ovs/daemons', message: 'ovs-vswitchd is not running' }] },
  { fault: 'ovsdb-dead', changes: [{ check: 'ovs/daemons', message: 'ovsdb-server is not running' }] },
  {
    fault: 'datapath-deleted',
    changes: [{ check: 'ovs/bridge-datapaths', code: 'NOT_MADE' }, skipped('sriov/hw-tc-offload')],
  },
  {
    fault: 'kernel-module-missing',
    changes: [{ check: 'ovs/bridge-datapaths', code: 'NOT_MADE' }, skipped('sriov/hw-tc-offload')],
  },
  { fault: 'ovn-controller-stopped', changes: [{ check: 'ovs/ovn-controller', code: 'NOT_RUNNING' }] },
  {
    fault: 'interface-error',
    changes: [
      {
        check: 'ovs/port-errors',
        message: 'could not open network device pf0vf9 (No such device)',
      },
    ],
  },
  // Only the host and its DPU together show that a pod holds the VF.
  { fault: 'pod-port-missing', changes: [] },
  { fault: 'mgmt-port-missing', changes: [{ check: 'ovs/management-port', code: 'MISSING' }] },
  { fault: 'uplink-not-in-bridge', changes: [{ check: 'ovs/uplink-port', code: 'NOT_ATTACHED' }] },
  {
    fault: 'patch-missing',
    changes: [{ check: 'ovs/patch-ports', code: 'MISSING' }, skipped('ovs/patch-peers')],
  },
  { fault: 'patch-peer-wrong', changes: [{ check: 'ovs/patch-peers' }] },
  { fault: 'fail-mode-standalone', changes: [{ check: 'ovs/fail-mode', code: 'NOT_SECURE' }] },
  {
    fault: 'tunnel-missing',
    changes: [{ check: 'ovs/tunnels', verdict: 'warn', code: 'NONE' }, skipped('ovs/tunnel-endpoints')],
  },
  { fault: 'tunnel-local-ip-wrong', changes: [{ check: 'ovs/tunnel-endpoints', code: 'LOCAL_IP' }] },
  {
    fault: 'bridge-address-missing',
    changes: [{ check: 'ovs/external-bridge-address', code: 'NO_ADDRESS' }],
  },
  { fault: 'host-nodename-wrong', changes: [{ check: 'ovs/patch-port-names', verdict: 'warn' }] },
  {
    fault: 'host-nodename-missing',
    changes: [
      {
        check: 'ovs/host-node-name',
        message: "Couldn't get the required Host K8s Nodename. Exiting...",
      },
    ],
  },
  {
    fault: 'encap-ip-missing',
    changes: [
      {
        check: 'ovs/encap-ip',
        message: 'ovn encap IP must be provided if "ovnkube-node-mode" set to "dpu". Exiting...',
      },
    ],
  },
  { fault: 'ip-forward-off', changes: [{ check: 'system/ip-forward' }] },
  { fault: 'br-netfilter-missing', changes: [{ check: 'system/br-netfilter' }] },
  { fault: 'swap-on', changes: [{ check: 'system/swap', message: '/swapfile' }] },
];

for (const { fault, changes } of CASES) {
  test.serial(`${fault}: ${changes[0]?.check ?? 'no failure'}`, async (t) => {
    assertOnly(t, healthy, await examineBroken(vm, fault), on(vm, changes));
  });
}

/** Has pod1 send to pod2 until more packets were counted than a flow's first ones, and looks meanwhile. */
async function withTraffic<Value>(options: string, during: () => Promise<Value>): Promise<Value> {
  try {
    await sh(
      vm,
      `
setsid ip netns exec pod2 iperf3 --server </dev/null >/dev/null 2>&1 &
until_true 20 sh -c 'ip netns exec pod2 ss -ltn | grep -q :5201'
setsid ip netns exec pod1 iperf3 --client 10.244.1.6 --time 300 ${options} </dev/null >/dev/null 2>&1 &
counted() {
  ovs-appctl dpctl/dump-flows -m --names system@ovs-system | grep 'in_port(pf0vf1)' | grep -Eq 'packets:([6-9][0-9]|[0-9]{3,}),'
}
until_true 60 counted`,
    );
    return await during();
  } finally {
    await sh(vm, 'pkill -x iperf3 || true; ovs-appctl revalidator/purge');
  }
}

const TCP = '--bitrate 5M';
const UDP = '--udp --bitrate 1M --length 500';

/** What the flows show, with the checks of their settings left out. */
const SETTINGS = [
  'sriov/hw-tc-offload',
  'ovs/hw-offload',
  'ovs/hw-offload-in-force',
  'ovs/ingress-qdiscs',
].join();
const flowsAlone = async (): Promise<Result | undefined> => {
  const report = await examine('-i', vm.inventoryFile, '--skip', SETTINGS);
  return report.results.find(({ checkId }) => checkId === 'ovs/offloaded-flows');
};

for (const [name, options] of Object.entries({ TCP, UDP })) {
  test.serial(`${name} between pods that the hardware forwards is proof of offload`, async (t) => {
    const report = await withTraffic(options, () => examine('-i', vm.inventoryFile));
    const flows = report.results.find(({ checkId }) => checkId === 'ovs/offloaded-flows');
    t.is(flows?.verdict, 'pass');
    t.true(flows?.evidence.some(({ said }) => /in_port\(pf0vf1\).* offloaded:yes, dp:tc/.test(said)));
    assertOnly(t, healthy, report, [{ target: vm.name, check: 'ovs/offloaded-flows', verdict: 'pass' }]);
  });
}

for (const [fault, layer] of [
  ['representor-no-offload', 'tc'],
  ['tc-policy-skip-hw', 'tc'],
  ['hw-offload-false', 'ovs'],
] as const) {
  test.serial(`${fault}: traffic in software never counts as offloaded`, async (t) => {
    const flows = await broken(vm, fault, () => withTraffic(TCP, flowsAlone));
    t.is(flows?.verdict, 'fail');
    // The answers of pod2 may be in software too: there are two findings then.
    const finding = flows?.findings.find(({ subject }) => subject === 'pf0vf1');
    t.is(finding?.code, 'IN_SOFTWARE');
    t.is(finding?.message, 'the traffic from pf0vf1 is not offloaded');
    t.regex(finding?.observed ?? '', new RegExp(`no offloaded field, dp:${layer}$`));
  });
}

test.serial('a pod whose packets the hardware forwards in small part is warned of', async (t) => {
  const match = 'priority=200,udp,dl_dst=0a:58:0a:f4:01:06';
  try {
    // Rules with several outputs are not for this hardware. The control connection of the test is TCP.
    await sh(vm, `ovs-ofctl add-flow br-int ${match},actions=output:pf0vf2,output:ovn-k8s-mp0`);
    const flows = await withTraffic(UDP, flowsAlone);
    t.is(flows?.verdict, 'warn');
    t.deepEqual(
      flows?.findings.map(({ code, subject }) => [code, subject]),
      [['PARTLY', 'pf0vf1']],
    );
  } finally {
    await sh(vm, `ovs-ofctl --strict del-flows br-int ${match}`);
  }
});

test.serial("traffic of the DPU itself, which is in TC and in software, is no pod's", async (t) => {
  await sh(vm, 'ping -q -i 0.02 -c 100 192.168.40.111; ovs-appctl dpctl/dump-flows -m | grep -q dp:tc');
  assertOnly(t, healthy, await examine('-i', vm.inventoryFile), []);
});

test.serial('a second datapath in user space hides no flow of the first', async (t) => {
  try {
    await sh(
      vm,
      `modprobe tun
ovs-vsctl --timeout=15 add-br br-user -- set Bridge br-user datapath_type=netdev
until_true 10 sh -c 'ovs-appctl dpctl/dump-dps | grep -q netdev@'`,
    );
    t.is((await withTraffic(TCP, flowsAlone))?.verdict, 'pass');
    assertOnly(t, healthy, await examine('-i', vm.inventoryFile), []);
  } finally {
    await sh(vm, 'ovs-vsctl --timeout=15 --if-exists del-br br-user');
  }
});

test.serial('after all that the DPU is healthy', async (t) => {
  assertHealthy(t, await examine('-i', vm.inventoryFile));
});
