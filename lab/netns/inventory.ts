import { writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import type { SshFiles } from './ssh.ts';
import type { LabState } from './state.ts';

/** The file that dpu-doctor's --inventory takes. */
export async function writeInventory(file: string, state: LabState, ssh: SshFiles): Promise<void> {
  const nodes = state.nodes.map(({ name, role, dpu, address, port }) => ({
    name,
    role,
    ...(state.plan.simulation === undefined ? {} : { simulation: state.plan.simulation }),
    ...(dpu === undefined ? {} : { dpu }),
    ssh: {
      address,
      port,
      user: 'root',
      identityFile: ssh.identityFile,
      knownHostsFile: ssh.knownHostsFile,
    },
  }));
  await writeFile(file, stringify({ version: 1, nodes }));
}
