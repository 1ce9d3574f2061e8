import type { CommandAnswer } from '../../facts/source.ts';
import { command, shell } from '../../facts/sources.ts';
import type { PingProgram } from '../ping.ts';

/** Tells which ping there is: iputils names itself, busybox does so where it refuses the option. */
export const pingVersion = command(['ping', '-V']);

/** Undefined where there is no ping. One that is neither of the two is used as that of busybox, which has the fewest options. */
export function readPingProgram({ exitCode, stdout, stderr }: CommandAnswer): PingProgram | undefined {
  if (exitCode === 127) return undefined;
  return /iputils/.test(`${stdout}${stderr}`) ? 'iputils' : 'busybox';
}

/** The words that start nc, and whose it is: their options differ. */
export interface Netcat {
  readonly argv: readonly string[];
  readonly kind: 'busybox' | 'openbsd';
}

/** The first line tells whose nc it is. Where there is only busybox, nc may be a part of it all the same. */
export const netcatHelp = shell(
  'nc -h',
  `if command -v timeout >/dev/null 2>&1; then
  if command -v nc >/dev/null 2>&1; then echo nc; nc -h 2>&1
  elif busybox nc --help 2>&1 | grep -q '^Usage: nc'; then echo busybox nc; busybox nc --help 2>&1
  fi
fi | head -c 2000`,
  ['nc', 'busybox', 'grep', 'head'],
);

/** Undefined where there is no nc that is known, or no timeout, without which nothing that listens is started. */
export function readNetcat({ stdout }: CommandAnswer): Netcat | undefined {
  const [words = '', ...help] = stdout.split('\n');
  const said = help.join('\n');
  const kind = /BusyBox/.test(said) ? 'busybox' : /OpenBSD netcat/.test(said) ? 'openbsd' : undefined;
  return kind && { argv: words.split(' '), kind };
}
