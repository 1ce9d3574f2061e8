import { join, resolve } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { CHECKS } from '../../checks/index.ts';
import type { FactName } from '../../facts/index.ts';
import { gather } from '../../runner/gather.ts';
import { judgeAhead } from '../../runner/judge-ahead.ts';
import { judgeAll } from '../../runner/judge-all.ts';
import type { Result } from '../../runner/report.ts';

const DEMO = resolve(import.meta.dirname, '../../fixtures/demo');

const OPTIONS = { set: { from: '--set', values: {} }, suite: { from: 'the suite', values: {} } };

const recorded = (name: string) =>
  gather({ name, access: { kind: 'recorded', file: join(DEMO, `${name}.json`) } }, 'all', {
    timeout: 5000,
    sourceTimeout: 5000,
    signal: AbortSignal.timeout(60_000),
  });

/** Without the time it took. */
const said = ({ durationMs: _, ...result }: Result): Omit<Result, 'durationMs'> => result;

test('in whatever order facts become known, the results are those of a node that knows all', async (t) => {
  for (const name of ['host1', 'dpu1', 'dpu2', 'host2', 'control-plane']) {
    const node = await recorded(name);
    const whole = judgeAll([node], [], CHECKS, OPTIONS).results.map(said);
    t.true(whole.length > 3, name);
    fc.assert(
      fc.property(fc.shuffledSubarray([...node.facts.keys()], { minLength: node.facts.size }), (order) => {
        const judging = judgeAhead(CHECKS, OPTIONS);
        const facts = new Map<FactName, unknown>();
        for (const fact of order) {
          facts.set(fact, node.facts.get(fact));
          judging.judge({ ...node, facts: facts as typeof node.facts });
        }
        const results = whole.map(({ checkId }) => judging.results.get(checkId));
        t.deepEqual(
          results.map((result) => result && said(result)),
          whole,
        );
        t.is(judging.results.size, whole.length);
      }),
      { numRuns: 20 },
    );
  }
});

test('a check waits for its facts, and for the checks that it comes after', async (t) => {
  const node = await recorded('dpu1');
  const judging = judgeAhead(CHECKS, OPTIONS);
  judging.judge({ ...node, facts: new Map() });
  t.is(judging.results.size, 0);
  const waiting = CHECKS.find(({ id }) => id === 'ovs/offloaded-flows');
  if (waiting?.scope !== 'node') return t.fail();
  const own = new Map([...node.facts].filter(([name]) => waiting.requires.includes(name)));
  judging.judge({ ...node, facts: own });
  t.false(judging.results.has(waiting.id));
  judging.judge(node);
  t.true(judging.results.has(waiting.id));
});
