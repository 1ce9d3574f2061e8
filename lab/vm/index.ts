import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureImage } from './build/index.ts';
import { inventory } from './inventory.ts';
import { makeKeys } from './keys.ts';
import { machine } from './machine.ts';
import { overlay } from './overlay.ts';
import { end, identify, isRunning, type ProcessId } from './process.ts';
import { startQemu } from './qemu.ts';
import { allStates, claim, directoryOf, readState, release, type State, writeState } from './state.ts';
import type { UpOptions, Vm } from './types.ts';
import { waitFor } from './wait.ts';

export { ensureImage } from './build/index.ts';
export { applyFault, type Fault, faults, undoFault } from './faults/index.ts';
export type { ExecOptions, ExecResult, Profile, SshTarget, UpOptions, Vm } from './types.ts';

/** Boots a machine, pristine each time, and returns when its profile is healthy and ssh answers. */
export async function upVm(options: UpOptions): Promise<Vm> {
  const { name, profile = 'dpu-host', hostNode = 'dpu-host', progress } = options;
  const image = await ensureImage(progress);
  const directory = await claim(name);
  let state: State | undefined;
  try {
    const keys = await makeKeys(directory, name);
    const base = await readFile(join(image, 'initrd.cpio'));
    const guest = await overlay({ name, profile, hostNode, keys });
    await writeFile(join(directory, 'initrd'), Buffer.concat([base, guest]), { mode: 0o600 });
    const port = await startQemu(image, directory, profile);
    const pid = Number.parseInt(await readFile(join(directory, 'qemu.pid'), 'utf8'), 10);
    state = { name, profile, port, qemu: await identify(pid) };
    await writeState(state);
    const vm = machine(state);
    await writeFile(vm.ssh.knownHostsFile, `[127.0.0.1]:${port} ${keys.hostPublic}`);
    await writeFile(vm.inventoryFile, inventory(name, profile, vm.ssh));
    await booted(state, join(directory, 'console.log'));
    await waitFor('sshd', () => answers(vm), 30_000);
    return vm;
  } catch (error) {
    if (state) await end(state.qemu);
    await release(name);
    throw error;
  }
}

/** The console says it: QEMU's user network takes connections long before sshd does. */
async function booted(state: State, console: string): Promise<void> {
  await waitFor(
    `boot of VM ${state.name}`,
    async () => {
      const text = await readFile(console, 'utf8');
      const line = /^lab: (.*)$/m.exec(text)?.[1]?.trim();
      if (line === 'ready') return true;
      if (line || !(await isRunning(state.qemu)))
        throw new Error(`VM ${state.name} did not boot: ${line ?? text.slice(-2000)}`);
      return false;
    },
    180_000,
  );
}

async function answers(vm: Vm): Promise<boolean> {
  return vm.exec(['true'], { timeoutMs: 20_000 }).then(
    ({ exitCode }) => exitCode === 0,
    () => false,
  );
}

/** A machine that is up already, by its name. */
export async function findVm(name: string): Promise<Vm | undefined> {
  const state = await readState(name);
  return state && (await isRunning(state.qemu)) ? machine(state) : undefined;
}

/** Takes a machine down, or what a dead one has left. */
export async function downVm(name: string): Promise<void> {
  const state = await readState(name);
  if (state) return machine(state).down();
  const orphan = await orphanOf(name);
  if (orphan) await end(orphan);
  await release(name);
}

/** QEMU of a start that was interrupted before anything was written down. */
async function orphanOf(name: string): Promise<ProcessId | undefined> {
  const directory = directoryOf(name);
  const pid = Number.parseInt(await readFile(join(directory, 'qemu.pid'), 'utf8').catch(() => ''), 10);
  const cmdline = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return cmdline.includes(`${directory}/`) ? identify(pid) : undefined;
}

export async function listVms(): Promise<Vm[]> {
  const vms: Vm[] = [];
  for (const state of await allStates()) if (await isRunning(state.qemu)) vms.push(machine(state));
  return vms;
}
