import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { stringify } from 'yaml';
import { findFault } from '../lab/netns/faults/index.ts';
import { upNetnsLab } from '../lab/netns/index.ts';

/*
 * Records the cluster that `dpu-doctor demo` examines: the netns testbed with three faults, as root. Run it again when
 * checks ask for something new: node scripts/record-demo.ts
 */

const DEMO = resolve(import.meta.dirname, '../fixtures/demo');
const BIN = resolve(import.meta.dirname, '../bin/dpu-doctor.ts');

const FAULTS = [
  ['pf-in-other-netns', { pair: 2 }],
  ['ovs-port-without-device', { pair: 1 }],
  ['hw-offload-unset', { pair: 2 }],
] as const;

const directory = await mkdtemp(join(tmpdir(), 'dpu-doctor-demo-'));
const lab = await upNetnsLab({ name: 'demo', topology: 'bluefield', pairs: 2 });
try {
  for (const [name, target] of FAULTS) await findFault(name).apply(lab, target);
  const args = [BIN, 'run', '--inventory', lab.inventoryFile, '--record', directory, '--quiet'];
  await execa(process.execPath, args, { stdio: 'inherit', reject: false });
  await rm(DEMO, { recursive: true, force: true });
  await execa('mkdir', ['-p', DEMO]);
  for (const node of lab.nodes) {
    const text = await readFile(join(directory, `${node.name}.json`), 'utf8');
    await writeFile(join(DEMO, `${node.name}.json`), text);
  }
  const nodes = lab.nodes.map(({ name, role, dpu }) => ({
    name,
    role,
    ...(dpu === undefined ? {} : { dpu }),
    recorded: `${name}.json`,
  }));
  await writeFile(join(DEMO, 'inventory.yaml'), stringify({ version: 1, nodes }));
} finally {
  await lab.down();
  await rm(directory, { recursive: true, force: true });
}
