import type { Outcome } from '../../facts/fact.ts';
import type { Path } from '../../facts/traffic/path.ts';
import { askFact } from '../ask-fact.ts';
import type { TrafficContext } from '../context.ts';
import { netcatHelp, pingVersion, readNetcat, readPingProgram } from '../endpoints/programs.ts';
import { runPings } from '../run-pings.ts';
import { runTcp } from '../run-tcp.ts';
import type { Shell } from '../shell.ts';
import { notLoggedIn } from './known-way.ts';

/** What came of sending the packets of a path again. */
export interface Resent {
  readonly sent: number;
  readonly received: number;
  /** Errors that the sender was told, or that its own system gave it. */
  readonly errors: readonly string[];
}

/** Pings that are under way at once: several of them send more in the same time than one may. */
const AT_ONCE = 4;

/** Packets to send: these stand out of neighbour discovery, which asks once a second, and of a share that is lost. */
export const PACKETS = { total: 20, partial: 100 };

/** Sends packets along the path once more. */
export async function resend(path: Path, packets: number, context: TrafficContext): Promise<Outcome<Resent>> {
  const shell = context.endpointShell(path.from);
  if (shell === undefined) return { ok: false, failure: notLoggedIn(path.from.name) };
  return path.protocol === 'tcp'
    ? resendConnections(path, packets, shell, context)
    : resendPings(path, packets, shell, context);
}

/** Each attempt to connect counts as one packet, and a refusal as an answer: it has come the whole way and back. */
async function resendConnections(
  path: Path,
  packets: number,
  shell: Shell,
  { options }: TrafficContext,
): Promise<Outcome<Resent>> {
  const found = await askFact(
    shell,
    { title: 'which nc', sources: { help: netcatHelp }, parse: ({ help }) => readNetcat(help) },
    options,
  );
  if (!found.ok) return found;
  const copies = Array.from({ length: Math.min(packets, CONNECTIONS) }, () => ({ ...path }));
  const outcomes = [...(await runTcp(copies, shell, { netcat: found.value }, options)).values()];
  const failed = outcomes.find((outcome) => !outcome.ok);
  if (failed?.ok === false) return failed;
  const answered = outcomes.filter(
    (outcome) =>
      outcome.ok && (outcome.value.why === undefined || outcome.value.why === 'connection refused'),
  );
  const errors = outcomes.flatMap((outcome) => (outcome.ok ? (outcome.value.why ?? []) : []));
  return {
    ok: true,
    value: { sent: copies.length, received: answered.length, errors: [...new Set(errors)] },
  };
}

/** Attempts to connect at once, each a process of its own. */
const CONNECTIONS = 20;

async function resendPings(
  path: Path,
  packets: number,
  shell: Shell,
  { options }: TrafficContext,
): Promise<Outcome<Resent>> {
  const program = await askFact(
    shell,
    {
      title: 'which ping',
      sources: { version: pingVersion },
      parse: ({ version }) => readPingProgram(version),
    },
    options,
  );
  if (!program.ok) return program;
  if (program.value === undefined)
    return { ok: false, failure: { code: 'missing-program', message: `there is no ping in ${shell.name}` } };
  const copies = Array.from({ length: AT_ONCE }, () => ({ ...path }));
  const outcomes = await runPings(copies, shell, program.value, { ...options, packets: packets / AT_ONCE });
  const failed = [...outcomes.values()].find((outcome) => !outcome.ok);
  if (failed?.ok === false) return failed;
  const exchanges = [...outcomes.values()].flatMap((outcome) => (outcome.ok ? outcome.value : []));
  const sum = (of: (exchange: (typeof exchanges)[number]) => number): number =>
    exchanges.reduce((total, exchange) => total + of(exchange), 0);
  return {
    ok: true,
    value: {
      // What the sender's system refuses is lost as well.
      sent: sum(({ sent, unsent }) => (unsent === undefined ? sent : packets / AT_ONCE)),
      received: sum(({ received }) => received),
      errors: [...new Set(exchanges.flatMap(({ errors }) => errors))],
    },
  };
}
