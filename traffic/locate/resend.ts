import type { Outcome } from '../../facts/fact.ts';
import type { Path } from '../../facts/traffic/path.ts';
import { askFact } from '../ask-fact.ts';
import type { TrafficContext } from '../context.ts';
import { pingVersion, readPingProgram } from '../endpoints/programs.ts';
import { runPings } from '../run-pings.ts';
import type { Shell } from '../shell.ts';
import { notLoggedIn } from './known-way.ts';

/** What came of sending the packets of a path again. */
export interface Resent {
  readonly sent: number;
  readonly received: number;
  /** In milliseconds. */
  readonly durationMs: number;
}

/** Pings that are under way at once: several of them send more in the same time than one may. */
const AT_ONCE = 4;

/** Packets to send: these stand out of neighbour discovery, which asks once a second, and of a share that is lost. */
export const PACKETS = { total: 20, partial: 100 };

/** Sends packets along the path once more. */
export async function resend(path: Path, packets: number, context: TrafficContext): Promise<Outcome<Resent>> {
  const shell = context.endpointShell(path.from);
  if (shell === undefined) return { ok: false, failure: notLoggedIn(path.from.name) };
  return resendPings(path, packets, shell, context);
}

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
  const began = performance.now();
  const outcomes = await runPings(copies, shell, program.value, { ...options, packets: packets / AT_ONCE });
  const durationMs = performance.now() - began;
  const failed = [...outcomes.values()].find((outcome) => !outcome.ok);
  if (failed?.ok === false) return failed;
  const exchanges = [...outcomes.values()].flatMap((outcome) => (outcome.ok ? outcome.value : []));
  const sum = (of: (exchange: (typeof exchanges)[number]) => number): number =>
    exchanges.reduce((total, exchange) => total + of(exchange), 0);
  return {
    ok: true,
    value: { sent: sum(({ sent }) => sent), received: sum(({ received }) => received), durationMs },
  };
}
