import { fileURLToPath } from 'node:url';
import type { OutputFlags } from './output.ts';
import { runCommand } from './run.ts';

export interface DemoFlags extends OutputFlags {}

/** The recorded cluster lies beside cli/ in the repository, and beside dist/ in the package. */
const INVENTORY = fileURLToPath(new URL('../fixtures/demo/inventory.yaml', import.meta.url));

/** Examines the recorded cluster. */
export async function demoCommand(flags: DemoFlags): Promise<number> {
  return runCommand('node', {
    ...flags,
    inventory: INVENTORY,
    target: [],
    select: [],
    skip: [],
    set: [],
    wait: '0s',
    timeout: '60s',
    concurrency: '4',
  });
}
