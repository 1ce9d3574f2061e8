import type { FactFailure, Outcome } from '../facts/fact.ts';
import type { PingExchange } from '../facts/traffic/exchange.ts';
import { parsePing } from '../facts/traffic/parse-ping.ts';
import type { Path } from '../facts/traffic/path.ts';
import { unlessItsOwnPing } from './answered-by-itself.ts';
import { askCalls, type NamedCall } from './ask-calls.ts';
import type { TrafficOptions } from './options.ts';
import { INTERVAL, type Ping, type PingProgram, payloadOf, pingCommand, WAIT } from './ping.ts';
import type { Shell } from './shell.ts';

/**
 * Sends the pings of paths that begin at the same endpoint, all at once, in one script. Every path gets exactly one
 * outcome. One packet that is not counted goes ahead of each: the first to a new neighbour or tunnel is often lost, and is
 * no loss that anybody means. Never rejects.
 */
export async function runPings(
  paths: readonly Path[],
  shell: Shell,
  program: PingProgram,
  { packets, timeout, signal }: Pick<TrafficOptions, 'packets' | 'timeout' | 'signal'>,
): Promise<ReadonlyMap<Path, Outcome<PingExchange>>> {
  const outcomes = new Map<Path, Outcome<PingExchange>>();
  const sendable: Path[] = [];
  for (const path of paths) {
    const failure = unsendable(path, program);
    if (failure === undefined) sendable.push(path);
    else outcomes.set(path, { ok: false, failure });
  }
  if (sendable.length === 0) return outcomes;
  const calls = sendable.map((path): NamedCall => {
    const argv = pingCommand(pingOf(path, packets), program);
    // A small one, also ahead of large ones: a router that finds those too long says so to the first alone.
    const ahead = pingCommand(pingOf({ ...path, size: 'small' }, 1), program);
    return { argv, ahead, command: argv.join(' '), without: plainReplies(path.to.address) };
  });
  const answers = await askCalls(shell, calls, {
    timeout: timeout + packets * 1000,
    signal,
    functions: program === 'iputils' ? '' : otherIdentifiers(),
  });
  sendable.forEach((path, index) => {
    const answer = answers[index];
    if (answer === undefined) return;
    outcomes.set(
      path,
      answer.ok
        ? unlessItsOwnPing(path, parsePing(answer.value, answer.value.durationMs, path.to.address))
        : answer,
    );
  });
  return outcomes;
}

/** The lines of replies that are as they should be, as a basic regular expression: others tell that something is not. */
const plainReplies = (address: string): string => ` bytes from ${address.replaceAll('.', '[.]')}: .* ms$`;

/**
 * busybox' ping takes its process id for the ICMP identifier, and in pods that do the same those are the same. Packets of
 * two pods that leave by one address with one identifier to one place are mixed up where address translation does not
 * change it, as that of Open vSwitch in user space: so a number of process ids is used up that differs from pod to pod.
 */
const otherIdentifiers = (): string =>
  `left=${Math.floor(Math.random() * 400)}
while [ "$left" -gt 0 ]; do
  (:)
  left=$((left - 1))
done`;

function pingOf({ to, from, size, family }: Path, count: number): Ping {
  const common = { address: to.address, count, interval: INTERVAL, wait: WAIT };
  if (size === 'small' || from.mtu === undefined) return common;
  const packet = size === 'mtu' ? from.mtu : from.mtu + 1;
  return { ...common, payload: payloadOf(packet, family), dontFragment: true };
}

/** Why a path can't be pinged from its endpoint. */
function unsendable({ size, from }: Path, program: PingProgram): FactFailure | undefined {
  if (size === 'small') return undefined;
  if (from.mtu === undefined)
    return {
      code: 'no-packets',
      message: `the MTU of ${from.name} is not known`,
      hint: 'Run ip link there.',
    };
  return size === 'over-mtu' && program !== 'iputils'
    ? {
        code: 'unsupported',
        message: "ping of busybox can't ask for don't-fragment, as that of iputils can",
        hint: 'Choose an image with ping of iputils: --image IMAGE.',
      }
    : undefined;
}
