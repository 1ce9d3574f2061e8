import type { Report, Result } from '../../runner/report.ts';
import { applyFault, undoFault, type Vm } from '../vm/index.ts';
import { type Expected, examine } from './examine.ts';

/** A fault of the VM and what it is to change there; nothing, where the list is empty. */
export interface Case {
  readonly fault: string;
  readonly changes: readonly Omit<Expected, 'target'>[];
  /** The evidence of this check must show it, whatever its verdict. */
  readonly shows?: { readonly check: string; readonly said: RegExp };
  /** Further arguments of `dpu-doctor run`. */
  readonly args?: readonly string[];
}

/** Breaks one thing, does something, and makes it whole again. */
export async function broken<Value>(vm: Vm, fault: string, during: () => Promise<Value>): Promise<Value> {
  try {
    await applyFault(vm, fault);
    return await during();
  } finally {
    await undoFault(vm, fault);
  }
}

/** What dpu-doctor says of the machine while something in it is broken. */
export const examineBroken = (vm: Vm, fault: string, ...args: readonly string[]): Promise<Report> =>
  broken(vm, fault, () => examine('-i', vm.inventoryFile, ...args));

/** Runs a script in the machine, with what its own scripts share, and fails where it does. */
export async function sh(vm: Vm, script: string): Promise<string> {
  const { exitCode, stdout, stderr } = await vm.exec(`set -eu\n. /lab/common\n${script}`, {
    timeoutMs: 120_000,
  });
  if (exitCode !== 0) throw new Error(`in ${vm.name}: exit code ${exitCode}: ${stderr}`);
  return stdout;
}

/** The changes of a case, on the machine itself. */
export const on = (vm: Vm, changes: Case['changes']): Expected[] =>
  changes.map((change) => ({ target: vm.name, ...change }));

/** All that a check shows for what it says. */
export const evidenceOf = ({ results }: Report, check: string): string =>
  results
    .filter(({ checkId }) => checkId === check)
    .flatMap(({ evidence, findings }: Result) => [...evidence, ...findings.flatMap((one) => one.evidence)])
    .map(({ said }) => said)
    .join('\n');
