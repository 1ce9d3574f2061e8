import type { CommandAnswer } from '../../facts/source.ts';
import { command } from '../../facts/sources.ts';
import type { PingProgram } from '../ping.ts';

/** Tells which ping there is: iputils names itself, busybox does so where it refuses the option. */
export const pingVersion = command(['ping', '-V']);

/** Undefined where there is no ping. One that is neither of the two is used as that of busybox, which has the fewest options. */
export function readPingProgram({ exitCode, stdout, stderr }: CommandAnswer): PingProgram | undefined {
  if (exitCode === 127) return undefined;
  return /iputils/.test(`${stdout}${stderr}`) ? 'iputils' : 'busybox';
}
