import { spawnSync } from 'node:child_process';

/** The POSIX shells of this machine, each with the arguments that make it one. */
export const SHELLS: readonly (readonly [string, ...string[]])[] = (
  [['dash'], ['bash', '--posix'], ['busybox', 'sh'], ['sh']] as const
).filter(([file, ...args]) => spawnSync(file, [...args, '-c', 'true']).status === 0);
