import test from 'ava';
import fc from 'fast-check';
import { parseReportSpecs, ReportSpecError } from '../../reporters/report-spec.ts';

const parsed = (...texts: string[]): (string | undefined)[][] =>
  parseReportSpecs(texts).map(({ format, file }) => [format.name, file]);

test('formats with and without a file', (t) => {
  t.deepEqual(parsed('human'), [['human', undefined]]);
  t.deepEqual(parsed('json=-'), [['json', undefined]]);
  t.deepEqual(parsed('junit=out/junit.xml', 'json=a=b.json', 'human'), [
    ['junit', 'out/junit.xml'],
    ['json', 'a=b.json'],
    ['human', undefined],
  ]);
});

const refused: readonly (readonly [readonly string[], RegExp, RegExp])[] = [
  [['junti'], /no report format is called 'junti'/, /Did you mean 'junit'\?/],
  [['xml=out.xml'], /'xml'/, /Formats: human, json, junit/],
  [['JSON'], /'JSON'/, /Did you mean 'json'/],
  [[''], /''/, /Formats/],
  [['junit='], /a file was wanted/, /--report junit=FILE/],
  [['human', 'json'], /mixed on standard output: human, json/, /--report json=FILE/],
  [['human=-', 'json=-'], /mixed on standard output/, /FILE/],
  [['json=a.json', 'junit=./a.json'], /two reports would be written to/, /file of its own/],
  [['json=a\0b'], /NUL/, /another name/],
];

for (const [texts, message, hint] of refused) {
  test(`refused: --report ${texts.join(' --report ').replace('\0', '\\0')}`, (t) => {
    const error = t.throws(() => parseReportSpecs(texts), { instanceOf: ReportSpecError, message });
    t.regex(error.hint, hint);
  });
}

test('whatever is given, it is a report or a refusal with a hint', (t) => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' }), { maxLength: 3 }), (texts) => {
      try {
        t.is(parseReportSpecs(texts).length, texts.length);
      } catch (error) {
        t.true(error instanceof ReportSpecError && error.hint !== '');
      }
    }),
  );
  t.pass();
});
