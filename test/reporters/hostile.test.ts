import test from 'ava';
import fc from 'fast-check';
import { FORMATS } from '../../reporters/index.ts';
import { lookOf } from '../../reporters/look.ts';
import { progressOn } from '../../reporters/progress.ts';
import type { Report } from '../../runner/report.ts';
import { hostileReport } from '../helpers/hostile.ts';
import { brokenReport } from '../helpers/reports.ts';

/** Everything that could steer a terminal, imitate or break a parser; line feeds are the reporter's own. */
const FORBIDDEN =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]|\p{Surrogate}/u;
/** What chalk writes. */
const SGR = /\u001b\[[\d;]*m/g;

for (const { name, render } of FORMATS) {
  for (const detail of ['quiet', 'normal', 'verbose'] as const) {
    test(`${name}, ${detail}: whatever nodes say, no control character comes out`, async (t) => {
      await fc.assert(
        fc.asyncProperty(
          hostileReport,
          fc.constantFrom(0 as const, 1 as const),
          fc.boolean(),
          async (report, colour, unicode) => {
            const text = await render(report, { detail, terminal: { width: 80, colour, unicode } });
            const own = name === 'human' && colour > 0 ? text.replace(SGR, '') : text;
            t.notRegex(own, FORBIDDEN);
            t.true(text.endsWith('\n'));
          },
        ),
        { numRuns: 40 },
      );
      t.pass();
    });
  }
}

/** The report with something hostile in every text, the same everywhere, so that ids and names still meet. */
function poisoned(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => poisoned(item, key));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, poisoned(item, name)]));
  const isWord = ['verdict', 'level', 'role', 'simulation', 'severity', 'startedAt', 'finishedAt'].includes(
    key,
  );
  return typeof value === 'string' && !isWord ? `${value}\u202e\u001b[2J\u0007` : value;
}

for (const { name, render } of FORMATS) {
  test(`${name}: a report that is hostile in every text looks like the harmless one`, async (t) => {
    for (const detail of ['quiet', 'normal', 'verbose'] as const) {
      const options = { detail, terminal: { width: 80, colour: 0 as const, unicode: true } };
      const text = await render(poisoned(brokenReport()) as Report, options);
      t.notRegex(text, FORBIDDEN);
      // JSON keeps what was said, as escapes.
      if (name !== 'json') t.is(text, await render(brokenReport(), options));
    }
  });
}

test('progress: whatever nodes are called and say, no control character comes out', async (t) => {
  const look = await lookOf({ width: 80, colour: 0, unicode: true });
  fc.assert(
    fc.property(hostileReport, fc.boolean(), (report, redraws) => {
      const written: string[] = [];
      const write = (text: string): void => void written.push(text);
      const { listen } = progressOn({ write, redraws, look, now: () => 0, every: () => () => undefined });
      for (const { name, failure } of report.targets) {
        listen({ kind: 'target-started', target: name });
        listen({ kind: 'run-started', suite: report.suite, targets: [name], checks: 1 });
        listen({ kind: 'target-answered', target: name, ms: 1, ...(failure ? { failure } : {}) });
      }
      listen({ kind: 'run-finished', report });
      t.notRegex(written.join('').replaceAll('\r\u001b[2K', ''), FORBIDDEN);
    }),
  );
  t.pass();
});
