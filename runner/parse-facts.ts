import { type Answers, type FactFailure, type Outcome, parseFact } from '../facts/fact.ts';
import { FACTS, type FactName } from '../facts/index.ts';
import { type Source, sourceKey } from '../facts/source.ts';
import { readAnswer } from '../transports/answers.ts';
import type { RawOutcome } from '../transports/ask.ts';

export interface FactsAsAnswered {
  /** Takes a source's answer, and parses the facts that have waited for it alone. */
  readonly take: (source: Source, outcome: RawOutcome) => void;
  /** The facts so far. */
  readonly known: ReadonlyMap<FactName, Outcome<unknown>>;
  /** All facts, in the order of their names, with those parsed whose sources had no answer. */
  all(outcomes: ReadonlyMap<Source, RawOutcome>): Map<FactName, Outcome<unknown>>;
}

/** Parses facts while their node is busy with the answers to others. */
export function factsAsAnswered(names: readonly FactName[], sources: readonly Source[]): FactsAsAnswered {
  const answered = new Map<string, RawOutcome | undefined>();
  const facts = new Map<FactName, Outcome<unknown>>();
  const waiting = new Map(names.map((name) => [name, keysOf(name)]));
  const take = (source: Source, outcome: RawOutcome | undefined): void => {
    const key = sourceKey(source);
    answered.set(key, outcome);
    for (const [name, keys] of waiting) {
      if (!keys.delete(key) || keys.size > 0) continue;
      waiting.delete(name);
      facts.set(name, parseOne(name, answered));
    }
  };
  return {
    take,
    known: facts,
    all(outcomes) {
      for (const source of sources) if (!answered.has(sourceKey(source))) take(source, outcomes.get(source));
      return new Map(names.map((name) => [name, facts.get(name) ?? parseOne(name, answered)]));
    },
  };
}

const keysOf = (name: FactName): Set<string> =>
  new Set(Object.values<Source>(FACTS[name].sources).map((source) => sourceKey(source)));

const NOT_ASKED: FactFailure = { code: 'unreachable', message: 'the node was not asked' };

function parseOne(name: FactName, byKey: ReadonlyMap<string, RawOutcome | undefined>): Outcome<unknown> {
  const fact = FACTS[name];
  const answers: Record<string, unknown> = {};
  for (const [label, source] of Object.entries<Source>(fact.sources)) {
    const outcome = byKey.get(sourceKey(source));
    if (outcome?.ok) answers[label] = readAnswer(source, outcome.parts);
    else if (source.optional !== true) return { ok: false, failure: outcome?.failure ?? NOT_ASKED };
  }
  // Each label holds the answer that its source's kind gives.
  return parseFact(fact as Parameters<typeof parseFact>[0], answers as Answers<Record<string, Source>>);
}
