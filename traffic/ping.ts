/** Which ping there is. Busybox' can't be told to set don't-fragment; older ones wait for whole seconds between packets. */
export type PingProgram = 'iputils' | 'busybox' | 'busybox-whole-seconds';

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
    ...['-c', `${count}`, '-i', `${program === 'busybox-whole-seconds' ? Math.ceil(interval) : interval}`],
    ...['-W', `${wait}`],
    ...(payload === undefined ? [] : ['-s', `${payload}`]),
    ...(dontFragment && program === 'iputils' ? ['-M', 'do'] : []),
    address,
  ];
}
