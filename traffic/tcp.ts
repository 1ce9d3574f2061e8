import type { Payload } from '../facts/traffic/parse-tcp.ts';
import type { NamedCall } from './ask-calls.ts';
import type { Netcat } from './endpoints/programs.ts';

/** 16 KB: more than one packet of a pod's, and of a jumbo frame. Lines, because every grep can count those intact. */
export const PAYLOAD: Payload = { lines: 1500, bytesPerLine: 11 };

const LINE = 'dpu-doctor';
const SENT = `yes ${LINE} | head -n ${PAYLOAD.lines}`;
const COUNT = `head -n ${2 * PAYLOAD.lines} | head -c ${3 * PAYLOAD.lines * PAYLOAD.bytesPerLine} | grep -cx ${LINE}`;

/** A connection may take so long to be made, and the conversation so long, in seconds. */
const CONNECT = 3;
const TALK = 8;

/** Nothing that listens outlives this, in seconds, whatever becomes of the run. */
const LISTEN = 20;

/**
 * `limited SECONDS nc …` ends it after that time. timeout of coreutils would leave the process group, which is what is ended
 * when a script is given up; that of busybox never does, and does not know the option.
 */
const LIMITED = `limited() {
  if timeout --foreground 1 true 2>/dev/null; then timeout --foreground "$@"; else timeout "$@"; fi
}`;

/**
 * `talk TRIES nc …` sends lines, counts those that come back intact, and says how nc ended. Where somebody is about to
 * listen, a connection that is refused is tried again; one that times out has had its own retransmissions.
 */
const TALKING = `talk() {
  tries=$1
  shift
  while :; do
    told=$({ ${SENT} | { limited ${TALK} "$@" 2>&3; echo "nc ended with $?" >&3; } | ${COUNT}; } 3>&1)
    case $told in *refused*) [ "$tries" -gt 0 ] || break ;; *) break ;; esac
    tries=$((tries - 1))
    sleep 0.2
  done
  printf '%s\\n' "$told"
}`;

/** `take SECONDS nc …` counts the lines that come. */
const TAKING = `take() {
  limited "$@" | ${COUNT}
  echo 'nc ended with 0'
}`;

/** What the calls below are made of. */
export const TCP_FUNCTIONS = [LIMITED, TALKING, TAKING].join('\n');

/** How often a connection is tried again where the other side is only about to listen. */
export const TRIES = 25;

/** … and where a Service has just been made, which load balancers get to know in a moment. */
export const SERVICE_TRIES = 1;

/** A client's conversation with a server that sends back what it gets; it ends its side when all is sent. */
export function clientCall({ argv, kind }: Netcat, address: string, port: number, tries: number): NamedCall {
  const options = kind === 'openbsd' ? ['-v', '-n', '-N'] : [];
  const command = [...argv, ...options, '-w', `${CONNECT}`, address, `${port}`];
  return { argv: ['talk', `${tries}`, ...command], command: command.join(' ') };
}

/**
 * Listens for one connection. nc of busybox sends back what it gets. That of OpenBSD runs no program: it says what came
 * instead, which is then what is known.
 */
export function listenCall({ argv, kind }: Netcat, port: number, family: 4 | 6): NamedCall {
  const command =
    kind === 'busybox'
      ? [...argv, '-l', '-p', `${port}`, '-e', 'cat']
      : [...argv, `-${family}`, '-d', '-l', `${port}`];
  const run = kind === 'busybox' ? 'limited' : 'take';
  return { argv: [run, `${LISTEN}`, ...command], command: command.join(' ') };
}
