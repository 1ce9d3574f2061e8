import test from 'ava';
import type { Report } from '../../runner/report.ts';
import { type NetnsLab, type Undo, upNetnsLab } from '../netns/index.ts';
import { assertHealthy, assertOnly, examine } from './examine.ts';
import { type Change, DERIVE, MODE, ovnkubeWith, PF_DEVICE, sysfs } from './host.ts';

/*
 * A DPU host as DPF makes it (seed D L108-112), before OVN-Kubernetes has renamed its management port: vf0 is in br-dpu,
 * vf1 is the management port, vf2 is left for pods.
 */

let lab: NetnsLab;
let healthy: Report;

const onHost = (...args: readonly string[]): Promise<Report> => {
  const { address } = lab.pair(1).host;
  const login = ['--identity', lab.identityFile, '--known-hosts', lab.knownHostsFile];
  return examine('-t', `root@${address}`, ...login, ...args);
};

const SECOND_VF = '--ovnkube-node-mgmt-port-netdev=enp2s0f0v1';

test.before(async () => {
  lab = await upNetnsLab({
    name: 'test-host-dpf',
    topology: 'bluefield',
    pairs: 1,
    managementPortRenamed: false,
  });
  await lab.pair(1).host.sh(`
    ip link add br-dpu type bridge
    ip link set br-dpu up
    ip link set enp2s0f0v0 master br-dpu`);
  await ovnkubeWith([MODE, SECOND_VF, DERIVE])(lab);
  healthy = await onHost();
});

test.after.always(() => lab?.down());

async function changed(change: Change): Promise<Report> {
  const undo = await change(lab);
  try {
    return await onHost();
  } finally {
    await undo();
  }
}

const host = (check: string, code: string) => ({
  target: `root@${lab.pair(1).host.address}`,
  check: `sriov/${check}`,
  code,
});

test.serial('a host as DPF makes it passes', (t) => {
  assertHealthy(t, healthy);
  for (const check of ['dpf-provisioning-vf', 'dpf-management-vf', 'dpf-pool-vfs'])
    t.is(healthy.results.find(({ checkId }) => checkId === `sriov/${check}`)?.verdict, 'pass', check);
});

const outOfBridge: Change = async (one): Promise<Undo> => {
  const { host: node } = one.pair(1);
  await node.sh('ip link set enp2s0f0v0 nomaster');
  return async () => {
    await node.sh('ip link set enp2s0f0v0 master br-dpu');
  };
};

const thirdVf: Change = async (one): Promise<Undo> => {
  await ovnkubeWith([MODE, '--ovnkube-node-mgmt-port-netdev=enp2s0f0v2', DERIVE])(one);
  return async () => {
    await ovnkubeWith([MODE, SECOND_VF, DERIVE])(one);
  };
};

const FAULTS: readonly (readonly [string, Change, string, string])[] = [
  ['vf0 is out of br-dpu', outOfBridge, 'dpf-provisioning-vf', 'NOT_IN_BRIDGE'],
  ['the management port is vf2', thirdVf, 'dpf-management-vf', 'OTHER_VF'],
  [
    'no VF is left for pods',
    sysfs(`echo 2 >${PF_DEVICE}/sriov_numvfs
      rm ${PF_DEVICE}/virtfn2 class/net/enp2s0f0v2
      rm -r bus/pci/drivers/mlx5_core/0000:02:00.5 bus/pci/devices/0000:02:00.5
      rm -r devices/pci0000:00/0000:00:01.0/0000:02:00.5`),
    'dpf-pool-vfs',
    'NONE_LEFT',
  ],
];

for (const [what, change, check, code] of FAULTS)
  test.serial(`one failure: ${what}`, async (t) => {
    assertOnly(t, healthy, await changed(change), [host(check, code)]);
  });

test.serial('the host is healthy again', async (t) => {
  assertHealthy(t, await onHost());
});
