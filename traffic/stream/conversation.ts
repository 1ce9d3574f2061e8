import { record } from '../../facts/json.ts';
import type { ShellSource } from '../../facts/source.ts';
import { shell } from '../../facts/sources.ts';
import { quote } from '../../transports/quote.ts';
import type { StreamPrograms } from './programs.ts';

/** How long is sent, in seconds: some samples, and on any hardware far more packets than are needed. */
export const SECONDS = 5;

/** Nothing of a stream outlives this, in seconds. */
export const LIMIT = 30;

/** One TCP connection by which both sides' directions are told: both its ports are chosen beforehand. */
export interface Conversation {
  readonly address: string;
  /** At which the server listens. */
  readonly port: number;
  /** From which the client sends. */
  readonly clientPort: number;
}

/** What both sides run. */
export interface Sides {
  readonly server: ShellSource;
  readonly client: ShellSource;
  /** Bytes that arrived at the server, by what the sides printed. */
  received(server: string, client: string): number;
}

/** iperf3 where both have it, else nc; undefined where they have neither in common. */
export function sidesOf(
  conversation: Conversation,
  server: StreamPrograms,
  client: StreamPrograms,
): Sides | undefined {
  if (server.iperf3 && client.iperf3) return byIperf3(conversation);
  if (server.nc !== undefined && client.nc !== undefined) return byNc(conversation, server.nc, client.nc);
  return undefined;
}

/** 1 Gbit/s are hundreds of thousands of packets in that time, and leave room for what else the network carries. */
const RATE = '1G';

function byIperf3({ address, port, clientPort }: Conversation): Sides {
  const serve = ['timeout', '-s', 'KILL', `${LIMIT}`, 'iperf3', '-s', '-1', '-p', `${port}`];
  const send = ['timeout', '-s', 'KILL', `${LIMIT}`, 'iperf3', '-J', '-c', address, '-p', `${port}`];
  const how = ['--cport', `${clientPort}`, '-b', RATE, '-t', `${SECONDS}`];
  return {
    server: shell(serve.slice(3).join(' '), serve.map(quote).join(' '), ['iperf3', 'timeout']),
    client: shell([...send, ...how].slice(4).join(' '), [...send, ...how].map(quote).join(' '), [
      'iperf3',
      'timeout',
    ]),
    received: (_, client) => iperf3Received(client),
  };
}

/** Both sides send: so both directions have large packets. What arrives is counted. */
function byNc(
  { address, port, clientPort }: Conversation,
  server: readonly string[],
  client: readonly string[],
): Sides {
  const side = (program: readonly string[], words: readonly string[], limit: number): ShellSource => {
    const nc = [...program, ...words];
    const script = `timeout -s KILL ${SECONDS} cat /dev/zero 2>/dev/null | timeout -s KILL ${limit} ${nc.map(quote).join(' ')} | wc -c`;
    return shell(nc.join(' '), script, [program[0] ?? 'nc', 'timeout', 'cat', 'wc']);
  };
  return {
    server: side(server, ['-l', '-p', `${port}`], LIMIT),
    // That of OpenBSD does not end where its input does: then the client is ended, and the server with it.
    client: side(client, ['-p', `${clientPort}`, address, `${port}`], SECONDS + 3),
    received: (server) => (/^\s*\d{1,15}\s*$/.test(server) ? Number(server) : 0),
  };
}

export function iperf3Received(text: string): number {
  try {
    const bytes = record(record(record(JSON.parse(text))['end'])['sum_received'])['bytes'];
    return typeof bytes === 'number' && Number.isFinite(bytes) ? bytes : 0;
  } catch {
    return 0;
  }
}

/** Waits until something listens at the port (state 0A in /proc/net/tcp, proc(5)), and says so. */
export const listening = (port: number): ShellSource => {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return shell(
    `a listener at port ${port} in /proc/net/tcp`,
    `i=0
until grep -Eqs ':${hex} [0-9A-F]+:0000 0A ' /proc/net/tcp /proc/net/tcp6; do
  i=$((i + 1))
  [ $i -lt 50 ] || exit 1
  sleep 0.2
done
echo listening`,
    ['grep', 'sleep'],
  );
};

/** Below the ports that Linux gives to connections of its own accord (32768 and up, ip_local_port_range). */
export const randomPort = (): number => 20_000 + Math.floor(Math.random() * 12_000);
