import type { Vm } from '../types.ts';
import { dpuFaults } from './dpu.ts';
import { hostFaults } from './dpu-host.ts';
import type { Fault } from './fault.ts';

export type { Fault } from './fault.ts';

export const faults: readonly Fault[] = [...hostFaults, ...dpuFaults];

export function findFault(vm: Vm, name: string): Fault {
  const fault = faults.find((one) => one.name === name && one.profile === vm.profile);
  if (!fault) throw new Error(`profile ${vm.profile} has no fault ${name}`);
  return fault;
}

async function run(vm: Vm, what: string, script: string): Promise<void> {
  const prologue = 'set -eu\n. /lab/common\n';
  const { exitCode, stderr } = await vm.exec(prologue + script, { timeoutMs: 120_000 });
  if (exitCode !== 0) throw new Error(`${what}: ${stderr.trim() || `exit code ${exitCode}`}`);
}

/** Breaks one thing in the machine. */
export async function applyFault(vm: Vm, name: string): Promise<void> {
  await run(vm, `fault ${name}`, findFault(vm, name).apply);
}

/** Makes it whole again; the machine is then as healthy as after its boot. */
export async function undoFault(vm: Vm, name: string): Promise<void> {
  await run(vm, `undoing ${name}`, findFault(vm, name).undo);
}
