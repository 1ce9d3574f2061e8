import { fileURLToPath } from 'node:url';
import { EXIT } from '../runner/report.ts';
import type { OutputFlags } from './output.ts';
import { runCommand } from './run.ts';

export interface DemoFlags extends OutputFlags {}

/** The recorded cluster lies beside cli/ in the repository, and beside dist/ in the package. */
const INVENTORY = fileURLToPath(new URL('../fixtures/demo/inventory.yaml', import.meta.url));

/** Examines the recorded cluster. Its faults are meant to be there, so they don't make the command fail. */
export async function demoCommand(flags: DemoFlags): Promise<number> {
  const code = await runCommand('node', {
    ...flags,
    inventory: INVENTORY,
    wait: '0s',
    timeout: '60s',
    concurrency: '4',
  });
  if (code !== EXIT.failed) return code;
  process.stderr.write(
    `\nThis was the recorded demo, so it ends with exit code 0; the run of a real cluster would end with ${code}.\n`,
  );
  return EXIT.healthy;
}
