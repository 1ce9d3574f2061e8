import type { CommandAnswer } from '../../facts/source.ts';
import { shell } from '../../facts/sources.ts';
import { INTERVAL, type PingProgram } from '../ping.ts';

/**
 * Tells which ping there is: iputils names itself, busybox does so where it refuses the option. Older ones of busybox take
 * whole seconds alone, which a packet to the loopback interface tells.
 */
export const pingVersion = shell(
  'ping -V',
  `command -v ping >/dev/null 2>&1 && {
ping -V 2>&1 | head -c 300
ping -c 1 -i ${INTERVAL} -W 1 127.0.0.1 >/dev/null 2>&1 && echo 'takes fractions'
}
true`,
  ['ping', 'head'],
);

/** Undefined where there is no ping. One that is neither of the two is used as that of busybox, which has the fewest options. */
export function readPingProgram({ stdout }: CommandAnswer): PingProgram | undefined {
  if (stdout.trim() === '') return undefined;
  if (/iputils/.test(stdout)) return 'iputils';
  return stdout.includes('takes fractions') ? 'busybox' : 'busybox-whole-seconds';
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
