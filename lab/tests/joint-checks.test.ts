import process from 'node:process';
import test, { type ExecutionContext } from 'ava';
import type { PairChains } from '../../facts/derived/chain/chain.ts';
import type { Report } from '../../runner/report.ts';
import { assertCivil, dpuDoctor } from '../../test/helpers/cli.ts';
import { dpuFaults } from '../joint/faults/dpu.ts';
import type { JointFault } from '../joint/faults/fault.ts';
import { nodeFaults } from '../joint/faults/nodes.ts';
import { objectFaults } from '../joint/faults/objects.ts';
import { downJointLab, type JointLab, upJointLab } from '../joint/index.ts';
import { assertHealthy, assertOnly, assertSame, type Expected, examine } from './examine.ts';
import { changedInventory, withoutRoles } from './veth.ts';

/* Cluster, hosts and DPUs in one picture: real kubelets and pods with VFs, broken object by object. */

const name = `test-joint-checks-${process.pid}`;
const CLUSTER = `cluster:${name}`;
let lab: JointLab;
let healthy: Report;

test.before(async () => {
  lab = await upJointLab({ name });
  await Promise.all(lab.pairs.map(({ number }) => lab.startPod(`offload-pod${number}`, number)));
  healthy = await run('--wait', '60s');
});

test.after.always(() => downJointLab({ name }));

const run = (...args: readonly string[]): Promise<Report> =>
  examine('--kubeconfig', lab.kubeconfig, '--inventory', lab.nodes.inventoryFile, ...args);

test.serial('a healthy testbed passes: cluster, hosts and DPUs, and every chain between them', (t) => {
  assertHealthy(t, healthy);
  const passed = new Set(
    healthy.results.flatMap(({ verdict, target, group }) => (verdict === 'pass' ? `${target} ${group}` : [])),
  );
  for (const group of ['cluster', 'ovnkube', 'resources']) t.true(passed.has(`${CLUSTER} ${group}`), group);
  for (const { host, dpu } of lab.pairs) {
    for (const group of ['cluster', 'ovnkube', 'resources', 'gateway', 'sriov', 'chain'])
      t.true(passed.has(`${host} ${group}`), `${host} ${group}`);
    for (const group of ['cluster', 'ovnkube', 'gateway', 'ovs'])
      t.true(passed.has(`${dpu} ${group}`), group);
  }
});

test.serial(
  'topology shows all chains whole: of management ports, of pods, and of VFs that are free',
  async (t) => {
    const targets = ['--kubeconfig', lab.kubeconfig, '--inventory', lab.nodes.inventoryFile];
    const ended = await dpuDoctor(['topology', '--json', ...targets]);
    assertCivil(t, ended);
    t.is(ended.code, 0, ended.stderr);
    const { pairs } = JSON.parse(ended.stdout) as { pairs: readonly PairChains[] };
    t.deepEqual(
      pairs.map(({ chains }) => chains.map(({ holder, state }) => `${holder.kind} ${state}`).sort()),
      lab.pairs.map(() => ['management-port whole', 'nobody whole', 'pod whole']),
    );
  },
);

/** Where ovnkube does not run, nothing shows what it was told. */
const unseen = (target: string, ...checks: readonly string[]): Expected[] =>
  checks.map((check) => ({
    target,
    check: `gateway/${check}`,
    verdict: 'skip',
    message: 'no ovnkube runs here',
  }));
const OF_HOSTS = [
  'node-mode',
  'management-port-setting',
  'interface-setting',
  'pf-netdevs',
  'gateway-interface',
  'interface-address',
];

/** What each fault changes; all else stays as it is, or is blocked by that. */
const EXPECTED: Readonly<Record<string, readonly Expected[]>> = {
  'dpu-host-label-wrong': [
    {
      target: CLUSTER,
      check: 'cluster/dpu-labels',
      message: 'node host1 is a DPU host without the label k8s.ovn.org/dpu-host',
    },
  ],
  'dpu-label-missing': [
    {
      target: CLUSTER,
      check: 'cluster/dpu-labels',
      message: 'node dpu1 is a DPU without the label k8s.ovn.org/dpu',
    },
    { target: 'dpu1', check: 'ovs/encap-mtu', verdict: 'skip' },
  ],
  'capacity-zero': [
    { target: 'host1', check: 'resources/pool-devices', message: 'offers no mellanox.com/mlnx_sriov_cx6' },
  ],
  'host-mode-wrong': [
    { target: CLUSTER, check: 'ovnkube/node-mode', message: /ovnkube-node-dpu-host.*in full mode/ },
  ],
  'dpu-mode-wrong': [
    { target: CLUSTER, check: 'ovnkube/node-mode', message: /ovnkube-node-dpu, .*in full mode/ },
  ],
  'management-port-missing': [
    { target: CLUSTER, check: 'ovnkube/management-port', message: 'must be provided' },
    { target: CLUSTER, check: 'cluster/known-messages', verdict: 'warn', message: 'must be provided' },
    ...unseen('host1', ...OF_HOSTS),
    ...unseen('host2', ...OF_HOSTS),
  ],
  'network-without-resource': [
    { target: CLUSTER, check: 'resources/network-attachment', message: 'has no annotation' },
  ],
  'vf0-in-pool': ['host1', 'host2'].map((target) => ({
    target,
    check: 'resources/management-vf',
    message: /VF 0 is node host\d's management port, and the pool .* takes it/,
  })),
  'resource-prefix-missing': [
    {
      target: CLUSTER,
      check: 'resources/network-attachment',
      message: 'the device plugin calls it intel.com/mlnx_sriov_cx6',
    },
  ],
  'lease-stale': [{ target: 'host1', check: 'ovnkube/dpu-lease', message: 'DPU node lease expired at' }],
  'pod-port-missing': [
    { target: 'host1', check: 'chain/pod-ports', message: 'no port has the iface-id default_offload-pod1' },
    { target: 'host1', check: 'chain/port-duplicates', verdict: 'skip' },
    { target: 'dpu1', check: 'ovs/representor-names', verdict: 'skip' },
  ],
  'gone-pod-port': [
    {
      target: 'host1',
      check: 'chain/ports-without-pod',
      verdict: 'warn',
      message: 'no pod is called default/gone',
    },
  ],
  'iface-id-twice': [
    {
      target: 'host1',
      check: 'chain/port-duplicates',
      message: 'the ports pf0vf1, pf0vf2 have one iface-id',
    },
  ],
};

/** Applies a fault to the first pair; what is returned undoes it, and so does the end of the test. */
async function applied(t: ExecutionContext, fault: JointFault): Promise<() => Promise<void>> {
  const undo = await fault.apply(lab);
  let undone: Promise<void> | undefined;
  const once = (): Promise<void> => {
    undone ??= undo();
    return undone;
  };
  t.teardown(once);
  return once;
}

for (const fault of [...nodeFaults, ...objectFaults, ...dpuFaults])
  test.serial(`${fault.summary}: the check of that fails, and no other`, async (t) => {
    const expected = EXPECTED[fault.name];
    if (expected === undefined) return t.fail(`nothing is expected of ${fault.name}`);
    const undo = await applied(t, fault);
    const broken = await run();
    assertOnly(t, healthy, broken, expected);
    t.is(broken.results.length, healthy.results.length, 'nothing is left out');
    t.is(broken.exitCode, expected.some(({ verdict = 'fail' }) => verdict === 'fail') ? 1 : 0);
    await undo();
    assertSame(t, healthy, await run('--wait', '30s'));
  });

for (const fault of nodeFaults.filter((one) => one.name.includes('label')))
  test.serial(`${fault.summary}: seen also where no inventory tells roles`, async (t) => {
    const inventory = await changedInventory(lab.nodes, 'without-roles', withoutRoles);
    const args = ['--kubeconfig', lab.kubeconfig, '--inventory', inventory];
    assertSame(t, healthy, await examine(...args));
    await applied(t, fault);
    assertOnly(t, healthy, await examine(...args), EXPECTED[fault.name] ?? []);
  });
