import type { FactFailure, Outcome } from '../facts/fact.ts';
import type { TcpExchange } from '../facts/traffic/exchange.ts';
import { parseTcp } from '../facts/traffic/parse-tcp.ts';
import type { Path } from '../facts/traffic/path.ts';
import { unlessItsOwnConnection } from './answered-by-itself.ts';
import { askCalls, type TimedAnswer } from './ask-calls.ts';
import type { Sender } from './endpoints/hosts.ts';
import type { Netcat } from './endpoints/programs.ts';
import type { TrafficOptions } from './options.ts';
import type { Shell } from './shell.ts';
import { clientCall, listenCall, PAYLOAD, TCP_FUNCTIONS, TRIES } from './tcp.ts';

type Options = Pick<TrafficOptions, 'timeout' | 'signal'>;

/**
 * Has the conversations of paths that begin at the same endpoint, all at once, in one script; where they go, somebody
 * listens already. Every path gets exactly one outcome. Never rejects.
 */
export async function runTcp(
  paths: readonly Path[],
  shell: Shell,
  { netcat }: Pick<Sender, 'netcat'>,
  options: Options,
  tries = 0,
): Promise<ReadonlyMap<Path, Outcome<TcpExchange>>> {
  if (netcat === undefined)
    return new Map(paths.map((path) => [path, { ok: false, failure: noNetcat(path) }]));
  const calls = paths.map(({ to }) => clientCall(netcat, to.address, to.port ?? 0, tries));
  const answers = await askCalls(shell, calls, { ...options, functions: TCP_FUNCTIONS });
  return new Map(paths.map((path, index) => [path, unlessItsOwnConnection(path, outcomeOf(answers[index]))]));
}

/** After a conversation a listener that has not ended yet has this long, in milliseconds. */
const AFTERWARDS = 500;

/**
 * Has the conversations of paths from one endpoint to another at which nobody listens yet: a listener for each is started
 * there, and is ended with the last conversation. Never rejects.
 */
export async function runTcpWithListener(
  paths: readonly Path[],
  client: { readonly shell: Shell; readonly netcat: Netcat | undefined },
  server: { readonly shell: Shell; readonly netcat: Netcat },
  options: Options,
): Promise<ReadonlyMap<Path, Outcome<TcpExchange>>> {
  const over = new AbortController();
  const listening = askCalls(
    server.shell,
    paths.map(({ to, family }) => listenCall(server.netcat, to.port ?? 0, family)),
    { ...options, signal: AbortSignal.any([options.signal, over.signal]), functions: TCP_FUNCTIONS },
  );
  const outcomes = await runTcp(paths, client.shell, client, options, TRIES);
  const timer = setTimeout(() => over.abort(), AFTERWARDS);
  const heard = await listening;
  clearTimeout(timer);
  return new Map(
    paths.map((path, index) => [
      path,
      withListener(outcomes.get(path) ?? NOTHING, heard[index], server.netcat),
    ]),
  );
}

const NOTHING: Outcome<never> = { ok: false, failure: { code: 'command-failed', message: 'no answer came' } };

const outcomeOf = (answer: Outcome<TimedAnswer> | undefined): Outcome<TcpExchange> =>
  answer?.ok ? parseTcp(answer.value, answer.value.durationMs, PAYLOAD) : (answer ?? NOTHING);

/** What the listener adds: where it sends nothing back, what came there counts; why it did not listen explains a refusal. */
function withListener(
  outcome: Outcome<TcpExchange>,
  heard: Outcome<TimedAnswer> | undefined,
  { kind }: Netcat,
): Outcome<TcpExchange> {
  if (!outcome.ok) return outcome;
  if (kind === 'openbsd' && outcome.value.connected) {
    const taken = outcomeOf(heard);
    if (!taken.ok) return taken;
    const { received, why } = taken.value;
    return {
      ok: true,
      value: {
        ...outcome.value,
        received,
        why,
        evidence: [...outcome.value.evidence, ...taken.value.evidence],
      },
    };
  }
  const refused = outcome.value.why === 'connection refused';
  return refused && heard?.ok && heard.value.stdout.trim() !== ''
    ? { ok: false, failure: notListening(heard.value) }
    : outcome;
}

const notListening = ({ command, stdout }: TimedAnswer): FactFailure => ({
  code: 'command-failed',
  message: `nothing could listen for the connection: ${stdout.trim().split('\n')[0]}`,
  hint: 'Run it at the destination and look why it fails.',
  evidence: { source: command, said: stdout.trim().slice(0, 400) },
});

const noNetcat = ({ from }: Path): FactFailure => ({
  code: 'missing-program',
  message: `there is no nc in ${from.name}, or no timeout to end it with`,
  hint: 'Install nc of busybox or OpenBSD there, or choose an image that has it.',
});
