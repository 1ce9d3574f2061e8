import type { FactFailure, Outcome } from '../facts/fact.ts';
import { shell as shellSource } from '../facts/sources.ts';
import type { PingExchange } from '../facts/traffic/exchange.ts';
import { parsePing } from '../facts/traffic/parse-ping.ts';
import type { Path } from '../facts/traffic/path.ts';
import { wayFailure } from './ask-fact.ts';
import type { TrafficOptions } from './options.ts';
import {
  INTERVAL,
  type Ping,
  type PingProgram,
  parsePingAnswers,
  payloadOf,
  pingCommand,
  pingScript,
  WAIT,
} from './ping.ts';
import type { Shell } from './shell.ts';

/**
 * Sends the pings of paths that begin at the same endpoint, all at once, in one script. Every path gets exactly one
 * outcome. Never rejects.
 */
export async function runPings(
  paths: readonly Path[],
  shell: Shell,
  program: PingProgram,
  options: Pick<TrafficOptions, 'packets' | 'timeout' | 'signal'>,
): Promise<ReadonlyMap<Path, Outcome<PingExchange>>> {
  const outcomes = new Map<Path, Outcome<PingExchange>>();
  const sendable = paths.filter((path) => {
    const failure = unsendable(path, program);
    if (failure !== undefined) outcomes.set(path, { ok: false, failure });
    return failure === undefined;
  });
  if (sendable.length === 0) return outcomes;
  const commands = sendable.map((path) => pingCommand(pingOf(path, options.packets), program));
  const mark = `ping-${Math.random().toString(36).slice(2)}`;
  const source = shellSource(
    commands.map((argv) => argv.join(' ')).join('; '),
    pingScript(
      sendable.map((path, index) => ({
        argv: commands[index] ?? [],
        warm: path.size === 'over-mtu' ? undefined : pingCommand({ ...pingOf(path, 1), count: 1 }, program),
      })),
      mark,
    ),
    ['ping'],
  );
  const failAll = (failure: FactFailure): void => {
    for (const path of sendable) outcomes.set(path, { ok: false, failure });
  };
  try {
    const { timeout, signal } = options;
    const raw = (await shell.ask([source], { timeout, sourceTimeout: timeout, signal })).get(source);
    if (raw === undefined || !raw.ok) {
      failAll(raw?.failure ?? { code: 'unreachable', message: `${shell.name} gave no answer` });
      return outcomes;
    }
    const answers = parsePingAnswers(raw.parts[0]?.stdout ?? '', mark);
    sendable.forEach((path, number) => {
      const answer = answers.get(number);
      const command = (commands[number] ?? []).join(' ');
      outcomes.set(
        path,
        answer === undefined
          ? {
              ok: false,
              failure: { code: 'command-failed', message: `${command} on ${shell.name} gave no answer` },
            }
          : parsePing(
              { command, exitCode: answer.exitCode, stdout: answer.said, stderr: '' },
              answer.durationMs,
            ),
      );
    });
  } catch (error) {
    failAll(wayFailure(error));
  }
  return outcomes;
}

function pingOf({ to, from, size, family }: Path, count: number): Ping {
  const common = { address: to.address, count, interval: INTERVAL, wait: WAIT };
  if (size === 'small' || from.mtu === undefined) return common;
  const packet = size === 'mtu' ? from.mtu : from.mtu + 1;
  return { ...common, payload: payloadOf(packet, family), dontFragment: true };
}

/** Why a path can't be pinged from its endpoint. */
function unsendable({ size, from }: Path, program: PingProgram): FactFailure | undefined {
  if (size === 'small') return undefined;
  if (from.mtu === undefined) return { code: 'no-packets', message: `the MTU of ${from.name} is not known` };
  return size === 'over-mtu' && program === 'busybox'
    ? {
        code: 'no-packets',
        message: `the ping of ${from.name} can't ask for don't-fragment: it is not that of iputils`,
        hint: 'Choose an image with ping of iputils, or leave out packets over the MTU.',
      }
    : undefined;
}
