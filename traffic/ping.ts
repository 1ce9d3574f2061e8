import { quote } from '../transports/quote.ts';

/** Which ping there is. Busybox' can't be told to set don't-fragment, and waits for whole seconds. */
export type PingProgram = 'iputils' | 'busybox';

export interface Ping {
  readonly address: string;
  readonly count: number;
  /** Seconds between packets. */
  readonly interval: number;
  /** Seconds to wait for the last reply. */
  readonly wait: number;
  /** Of the ICMP payload, in bytes; absent: the program's default of 56. */
  readonly payload?: number;
  /** Nobody may fragment it, and the sender must refuse it where it does not fit. */
  readonly dontFragment?: boolean;
}

/** Bytes of an IP header without options and of an ICMP header. */
const HEADERS = { 4: 20 + 8, 6: 40 + 8 };

/** The ICMP payload of an IP packet of this size. */
export const payloadOf = (packet: number, family: 4 | 6): number => packet - HEADERS[family];

/** Seconds between packets of a ping: what iputils grants to everybody, in all its versions. */
export const INTERVAL = 0.2;

/** Seconds that the last reply may take. */
export const WAIT = 1;

/**
 * The command, as one would type it. It ends by itself: without a deadline (-w), because with one, iputils sends until
 * as many replies came as were asked for, and its count of sent packets says nothing about loss.
 */
export function pingCommand(ping: Ping, program: PingProgram): readonly string[] {
  const { address, count, interval, wait, payload, dontFragment = false } = ping;
  return [
    'ping',
    ...(program === 'iputils' ? ['-n'] : []),
    ...['-c', `${count}`, '-i', `${interval}`, '-W', `${wait}`],
    ...(payload === undefined ? [] : ['-s', `${payload}`]),
    ...(dontFragment && program === 'iputils' ? ['-M', 'do'] : []),
    address,
  ];
}

/** At most this much of what one ping says is kept, in bytes: the end, where the counts are. */
const MAX_SAID = 3000;

/**
 * Shell functions and calls that send all pings at once and print each answer as soon as it is there, in one piece:
 *
 *   MARK 3 0 118234.12 118235.01     ping 3 ended with exit code 0; the node's uptime before and after
 *   …                                what it said on both streams, without a line for each reply
 *   MARK end
 *
 * One packet that is not counted goes ahead where `warm` says so: the first to a new neighbour or tunnel is often lost.
 */
export function pingScript(
  pings: readonly { readonly argv: readonly string[]; readonly warm: readonly string[] | undefined }[],
  mark: string,
): string {
  const calls = pings.map(({ argv, warm }, number) => {
    const ahead = warm === undefined ? '' : `${words(warm)} >/dev/null 2>&1; `;
    return `{ ${ahead}send ${number} ${words(argv)}; } &`;
  });
  return `send() {
  n=$1
  shift
  read -r before rest < /proc/uptime
  said=$({ "$@" 2>&1; printf '\\nexit %s\\n' "$?"; } | grep -v ' bytes from ' | tail -c ${MAX_SAID})
  read -r after rest < /proc/uptime
  printf '\\n%s %s %s %s %s\\n%s\\n%s end\\n' ${quote(mark)} "$n" "\${said##*exit }" "$before" "$after" "\${said%exit *}" ${quote(mark)}
}
${calls.join('\n')}
wait`;
}

const words = (argv: readonly string[]): string => argv.map(quote).join(' ');

/** What one ping said, and how long it took in milliseconds. */
export interface PingAnswer {
  readonly exitCode: number;
  readonly said: string;
  readonly durationMs: number;
}

/** The answers in what {@link pingScript} printed, by number. Pure and total. */
export function parsePingAnswers(text: string, mark: string): ReadonlyMap<number, PingAnswer> {
  const answers = new Map<number, PingAnswer>();
  const lines = text.split('\n');
  let open: { number: number; answer: PingAnswer; from: number } | undefined;
  lines.forEach((line, index) => {
    if (!line.startsWith(`${mark} `)) return;
    const [number, exitCode, before, after] = line
      .slice(mark.length + 1)
      .split(' ')
      .map(Number);
    if (line === `${mark} end`) {
      if (open !== undefined)
        answers.set(open.number, { ...open.answer, said: lines.slice(open.from, index).join('\n') });
      open = undefined;
    } else if ([number, exitCode, before, after].every(Number.isFinite)) {
      const durationMs = Math.max(0, Math.round(((after ?? 0) - (before ?? 0)) * 1000));
      open = {
        number: number ?? 0,
        answer: { exitCode: exitCode ?? 0, said: '', durationMs },
        from: index + 1,
      };
    }
  });
  return answers;
}
