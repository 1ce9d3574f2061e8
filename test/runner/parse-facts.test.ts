import test from 'ava';
import type { FactName } from '../../facts/index.ts';
import type { Source } from '../../facts/source.ts';
import { distinctSources } from '../../runner/needed.ts';
import { factsAsAnswered } from '../../runner/parse-facts.ts';
import type { RawOutcome } from '../../transports/ask.ts';

const answer = (stdout: string): RawOutcome => ({
  ok: true,
  parts: [{ path: '', exitCode: 0, stdout, stderr: '' }],
});
const REFUSED: RawOutcome = { ok: false, failure: { code: 'permission', message: 'refused' } };

const NAMES: readonly FactName[] = ['iprouteVersion', 'routes', 'swaps'];
const SOURCES = distinctSources(NAMES);

test('facts are those of the answers, whether these were told one by one or at the end', (t) => {
  const outcomes = new Map<Source, RawOutcome>(SOURCES.map((source) => [source, answer('[]')]));
  const atEnd = factsAsAnswered(NAMES, SOURCES).all(outcomes);
  const facts = factsAsAnswered(NAMES, SOURCES);
  for (const [source, outcome] of [...outcomes].reverse()) facts.take(source, outcome);
  t.deepEqual([...facts.all(outcomes)], [...atEnd]);
  t.deepEqual([...atEnd.keys()], NAMES);
});

test('an answer that fails or never comes fails the facts that need it, and no other', (t) => {
  const [first, second] = SOURCES as [Source, Source];
  const facts = factsAsAnswered(NAMES, SOURCES);
  facts.take(second, answer('[]'));
  const all = facts.all(new Map([[first, REFUSED]]));
  t.deepEqual(
    NAMES.map((name) => {
      const fact = all.get(name);
      return fact?.ok === false ? fact.failure.code : 'ok';
    }),
    ['permission', 'ok', 'unreachable'],
  );
});
