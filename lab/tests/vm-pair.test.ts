import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { parse, stringify } from 'yaml';
import type { Report } from '../../runner/report.ts';
import { downVm, upVm, type Vm } from '../vm/index.ts';
import { assertHealthy, assertOnly, examine } from './examine.ts';
import { broken, sh } from './vm.ts';

/** A host with real VFs and a DPU with real representors, as one pair; pods are named namespaces of the host. */
const HOST = `test-vm-pair-host-${process.pid}`;
const DPU = `test-vm-pair-dpu-${process.pid}`;
let host: Vm;
let dpu: Vm;
let directory: string;
let healthy: Report;

const inventory = (): string => join(directory, 'pair.yaml');

test.before(async () => {
  [host, dpu] = await Promise.all([
    upVm({ name: HOST, profile: 'dpu-host' }),
    upVm({ name: DPU, profile: 'dpu', hostNode: HOST }),
  ]);
  directory = await mkdtemp(join(tmpdir(), 'dpu-doctor-vm-pair-'));
  const [hostNode, dpuNode] = await Promise.all([host, dpu].map(nodeOf));
  await writeFile(inventory(), stringify({ version: 1, nodes: [{ ...hostNode, dpu: DPU }, dpuNode] }));
  healthy = await examine('-i', inventory());
});
test.after.always(async () => {
  await Promise.all([downVm(HOST), downVm(DPU)]);
  if (directory) await rm(directory, { recursive: true });
});

/** A node of its own inventory, without its role: that is to be found. */
async function nodeOf(vm: Vm): Promise<Record<string, unknown>> {
  const { role: _, ...node } = parse(await readFile(vm.inventoryFile, 'utf8')).nodes[0];
  return node;
}

test.serial('the roles are found by what hardware shows, and the pair is healthy', (t) => {
  assertHealthy(t, healthy);
  const roles = new Map(healthy.targets.map(({ name, role }) => [name, role]));
  t.deepEqual([roles.get(HOST), roles.get(DPU)], ['dpu-host', 'dpu']);
  const names = healthy.results.find(({ checkId }) => checkId === 'ovs/host-node-name-matches');
  t.is(names?.verdict, 'pass');
});

test.serial('a DPU that names another host fails the pair', async (t) => {
  const report = await broken(dpu, 'host-nodename-wrong', () => examine('-i', inventory()));
  assertOnly(t, healthy, report, [
    { target: HOST, check: 'ovs/host-node-name-matches', code: 'OTHER_NODE' },
    { target: DPU, check: 'ovs/patch-port-names', verdict: 'warn' },
  ]);
});

test.serial('a VF that a pod holds needs its representor in a bridge', async (t) => {
  const check = 'ovs/pod-representors';
  await broken(host, 'vf-in-netns', async () => {
    const plumbed = await examine('-i', inventory());
    assertOnly(t, healthy, plumbed, [{ target: HOST, check, verdict: 'pass' }]);
    const bare = await broken(dpu, 'pod-port-missing', () => examine('-i', inventory()));
    assertOnly(t, healthy, bare, [{ target: HOST, check, code: 'NOT_PLUMBED', message: 'pf0vf1' }]);
    const legacy = await broken(dpu, 'eswitch-legacy', () => examine('-i', inventory()));
    assertOnly(t, healthy, legacy, [{ target: DPU, check: 'sriov/eswitch-mode', code: 'LEGACY' }]);
  });
});

test.serial('a host without VFs is the fault of the host alone', async (t) => {
  const report = await broken(host, 'no-vfs', () => examine('-i', inventory()));
  assertOnly(t, healthy, report, [{ target: HOST, check: 'sriov/vfs-created', code: 'NO_VFS' }]);
});

test.serial('without rights on the DPU its eswitch is not taken for one in switchdev mode', async (t) => {
  const user = `
useradd --create-home --gid nogroup operator
install -d -m 700 -o operator /home/operator/.ssh
install -m 600 -o operator /root/.ssh/authorized_keys /home/operator/.ssh/
usermod --password '*' operator`;
  try {
    await sh(dpu, user);
    const node = await nodeOf(dpu);
    const ssh = { ...(node['ssh'] as object), user: 'operator' };
    const file = join(directory, 'operator.yaml');
    await writeFile(file, stringify({ version: 1, nodes: [{ ...node, role: 'dpu', ssh }] }));
    const mode = async () => {
      const { results } = await examine('-i', file, '--select', 'sriov/eswitch-mode');
      return results.find(({ checkId }) => checkId === 'sriov/eswitch-mode')?.verdict;
    };
    t.is(await mode(), 'pass', "the VFs' representors show it");
    t.is(await broken(dpu, 'eswitch-legacy', mode), 'error');
  } finally {
    await sh(dpu, 'userdel --remove operator 2>/dev/null || true');
  }
});

test.serial('after all that the pair is healthy', async (t) => {
  assertHealthy(t, await examine('-i', inventory()));
});
