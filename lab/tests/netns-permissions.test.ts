import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { dpuDoctor } from '../../test/helpers/cli.ts';
import { type LabNode, type NetnsLab, type TopologyOptions, upNetnsLab } from '../netns/index.ts';
import { assertOnly, examine } from './examine.ts';

/* A login without root, and sudo allowed with the printed file and with nothing else. */

const USER = 'operator';
const FILE = '/etc/sudoers.d/dpu-doctor';

async function up(t: ExecutionContext, name: string, topology: TopologyOptions): Promise<NetnsLab> {
  const lab = await upNetnsLab({ name, ...topology });
  t.teardown(() => lab.down());
  return lab;
}

async function sudoers(t: ExecutionContext, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await dpuDoctor(['permissions', '--sudoers', '--user', USER, ...args]);
  t.is(code, 0, stderr);
  return stdout;
}

/** Installs the file on a node, after visudo has approved of it. */
async function install(node: LabNode, text: string): Promise<void> {
  await writeFile(node.path(FILE), text, { mode: 0o440 });
  await node.sh(`chmod 0440 ${FILE} && visudo -c -q -f ${FILE}`);
}

/** The inventory with another login. */
async function inventoryOf(lab: NetnsLab): Promise<string> {
  const file = path.join(lab.stateDir, `${USER}.yaml`);
  const text = await readFile(lab.inventoryFile, 'utf8');
  await writeFile(file, text.replaceAll('user: root', `user: ${USER}`));
  return file;
}

for (const [what, name, topology, program, fact] of [
  [
    'a BlueField and its host',
    'test-permissions-bluefield',
    { topology: 'bluefield', pairs: 1, pods: true },
    'ovs-vsctl',
    'ovs',
  ],
  ['the veth topology', 'test-permissions-veth', { topology: 'veth', pairs: 1 }, 'perl', 'vethPeers'],
] as const) {
  test.serial(`${what}: who may sudo what the printed file allows sees what root sees`, async (t) => {
    const lab = await up(t, name, topology);
    const asRoot = await examine('-i', lab.inventoryFile);
    const refused = await examine('-i', await inventoryOf(lab));
    t.true(
      refused.results.some(({ reasonCode }) => reasonCode === 'permission'),
      'without the file something is refused',
    );
    const text = await sudoers(t);
    for (const node of lab.nodes) await install(node, text);
    const allowed = await examine('-i', await inventoryOf(lab));
    t.deepEqual(
      allowed.targets.flatMap(({ name: node, facts }) =>
        (facts ?? []).filter(({ outcome }) => outcome === 'permission').map((one) => `${node} ${one.name}`),
      ),
      [],
    );
    assertOnly(t, asRoot, allowed, []);
    const { dpu } = lab.pair(1);
    const may = async (command: string): Promise<boolean> =>
      (
        await dpu.exec([
          'setpriv',
          '--reuid=1001',
          '--regid=1001',
          '--clear-groups',
          'sh',
          '-c',
          `sudo -n -- ${command}`,
        ])
      ).exitCode === 0;
    t.true(await may('cat /proc/1/environ'));
    for (const command of [
      'id',
      'ovs-vsctl show',
      'cat /etc/shadow',
      'cat /proc/1/environ /etc/shadow',
      'sed -nE p /etc/shadow',
      'perl -e 1',
      'test -r /etc/shadow',
      'chroot /proc/1/root id',
    ])
      t.false(await may(command), command);
    await install(dpu, text.replaceAll(new RegExp(`^.*${program}.*\n`, 'gm'), ''));
    const less = await examine('-i', await inventoryOf(lab));
    const dpuFacts = less.targets.find((target) => target.name === dpu.name)?.facts ?? [];
    t.deepEqual(
      dpuFacts.filter(({ outcome }) => outcome === 'permission').map((one) => one.name),
      [fact],
      'the facts of the line that is left out, and no others',
    );
    t.is(less.summary.fail, asRoot.summary.fail);
  });
}
