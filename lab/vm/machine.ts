import { join } from 'node:path';
import { end } from './process.ts';
import { sshExec } from './ssh.ts';
import { directoryOf, release, type State } from './state.ts';
import type { SshTarget, Vm } from './types.ts';

/** The handle on a machine that runs, also one that another process has started. */
export function machine(state: State): Vm {
  const directory = directoryOf(state.name);
  const ssh: SshTarget = {
    address: '127.0.0.1',
    port: state.port,
    user: 'root',
    identityFile: join(directory, 'id_ed25519'),
    knownHostsFile: join(directory, 'known_hosts'),
  };
  return {
    name: state.name,
    profile: state.profile,
    ssh,
    inventoryFile: join(directory, 'inventory.yaml'),
    exec: (command, options) => sshExec(ssh, command, options),
    async down() {
      await end(state.qemu);
      await release(state.name);
    },
  };
}
