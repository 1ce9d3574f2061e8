import test from 'ava';
import fc from 'fast-check';
import { ROLES, SIMULATIONS } from '../../facts/derived/role.ts';
import { renderJson } from '../../reporters/json.ts';
import { EXIT, REPORT_FORMAT, type Result, VERDICTS } from '../../runner/report.ts';
import { hostileReport } from '../helpers/hostile.ts';
import { closed, compileSchema, publishedSchema, type Schema } from '../helpers/report-schema.ts';
import { aFinding, aReport, aResult, brokenReport, healthyReport } from '../helpers/reports.ts';

const valid = compileSchema(closed(publishedSchema()));

const problems = (report: unknown): string => {
  valid(JSON.parse(renderJson(report as never)));
  return JSON.stringify(valid.errors ?? []);
};

test('reports are as the published schema describes them, field by field', (t) => {
  const everything = {
    ...brokenReport(),
    aborted: 'out of memory',
    interrupted: true,
  };
  for (const report of [brokenReport(), healthyReport(), aReport({ results: [], targets: [] }), everything])
    t.is(problems(report), '[]');
});

const wrong: readonly (readonly [string, Partial<Result>])[] = [
  ['a pass without evidence', { evidence: [] }],
  ['a fail without findings', { verdict: 'fail' }],
  ['a pass with findings', { findings: [aFinding()] }],
  ['a skip without a reason', { verdict: 'skip' }],
  ['an error without a reason', { verdict: 'error' }],
  ['blocked by nothing', { verdict: 'blocked', reason: 'x', reasonCode: 'blocked', blockedBy: [] }],
  ['an expected gap that passed', { expectedGap: true }],
  ['an unknown verdict', { verdict: 'fine' as never }],
  ['a field that the schema does not describe', { colour: 'red' } as never],
];

for (const [name, given] of wrong) {
  test(`the schema refuses ${name}`, (t) => {
    const results = [{ ...aResult({ checkId: 'a/b' }), ...given }];
    t.not(problems({ ...aReport(), results }), '[]');
  });
}

test("the published schema allows fields of later versions, and not another format's", (t) => {
  const open = compileSchema(publishedSchema());
  t.true(open({ ...aReport(), later: true }));
  t.false(open({ ...aReport(), format: 2 }));
});

test('the schema has the words of the code', (t) => {
  const text = JSON.stringify(publishedSchema());
  for (const list of [ROLES, SIMULATIONS, VERDICTS, Object.values(EXIT)])
    t.true(text.includes(`"enum":${JSON.stringify(list)}`), String(list));
  t.true(text.includes(`"const":${REPORT_FORMAT}`));
});

for (const name of ['report', 'topology'] as const)
  test(`every field of the schema of the ${name} is described`, (t) => {
    const visit = (schema: unknown, path: string): void => {
      if (typeof schema !== 'object' || schema === null) return;
      for (const [key, value] of Object.entries(schema)) {
        if (key === 'properties' && !path.includes('/allOf/')) {
          for (const [name, field] of Object.entries(value as Record<string, Schema>)) {
            const text = field['description'] ?? (field['$ref'] !== undefined ? 'by reference' : undefined);
            t.true(typeof text === 'string' && text.length > 3, `${path}/${name}`);
          }
        }
        visit(value, `${path}/${key}`);
      }
    };
    visit(publishedSchema(name), '');
  });

test('nothing is lost or changed but text that is not well formed, and nothing raw is left', (t) => {
  fc.assert(
    fc.property(hostileReport, (report) => {
      const json = renderJson(report);
      const wellFormed = JSON.parse(
        JSON.stringify(report, (_, value) => (typeof value === 'string' ? value.toWellFormed() : value)),
      );
      t.deepEqual(JSON.parse(json), wellFormed);
      t.notRegex(
        json,
        /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/,
      );
    }),
    { numRuns: 60 },
  );
  t.pass();
});
