import { type Answers, type Fact, type Outcome, parseFact } from '../facts/fact.ts';
import type { Source } from '../facts/source.ts';
import { readAnswer } from '../transports/answers.ts';
import { TransportError } from '../transports/transport.ts';
import type { TrafficOptions } from './options.ts';
import type { Shell } from './shell.ts';

/** For one question about an endpoint, in milliseconds: nothing of it waits for the network. */
const SOURCE_TIMEOUT = 10_000;

/** Asks a shell for what a fact needs, and parses it. Never rejects: a broken way is a failure like any other. */
export async function askFact<Value, S extends Readonly<Record<string, Source>>>(
  shell: Shell,
  fact: Fact<Value, S>,
  { signal, timeout }: Pick<TrafficOptions, 'signal' | 'timeout'>,
): Promise<Outcome<Value>> {
  try {
    const sources = Object.entries<Source>(fact.sources);
    const outcomes = await shell.ask(
      sources.map(([, source]) => source),
      { timeout, sourceTimeout: SOURCE_TIMEOUT, signal },
    );
    const answers: Record<string, unknown> = {};
    for (const [label, source] of sources) {
      const outcome = outcomes.get(source);
      if (outcome?.ok) answers[label] = readAnswer(source, outcome.parts);
      else if (source.optional !== true && outcome !== undefined) return outcome;
    }
    // Each label holds the answer that its source's kind gives.
    return parseFact(fact, answers as Answers<S>);
  } catch (error) {
    return { ok: false, failure: wayFailure(error) };
  }
}

/** Why a shell gave no answer at all. */
export function wayFailure(error: unknown): (Outcome<never> & { readonly ok: false })['failure'] {
  if (error instanceof TransportError) {
    const { message, hint, code } = error;
    return { code: code === 'interrupted' ? 'interrupted' : 'unreachable', message, hint };
  }
  const said = error instanceof Error ? error.message : String(error);
  return {
    code: 'unreachable',
    message: `the question was not answered: ${said}`,
    hint: 'This is a fault of dpu-doctor: please report it with the output of --verbose.',
  };
}
