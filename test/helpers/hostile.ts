import fc from 'fast-check';
import { type Report, type Result, VERDICTS } from '../../runner/report.ts';
import { aFinding, aReport, aResult, aTarget } from './reports.ts';

/** Texts as a node under an attacker's control may give them. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 })
    .map((units) => String.fromCharCode(...units)),
  fc
    .array(
      fc.constantFrom(
        '\u001b[2J',
        '\u001b]0;title\u0007',
        '\u001b]8;;http://example.com\u001b\\link',
        '\u009b31m',
        '\u001bP',
        '\u0000',
        '\r\n',
        '\u0085',
        '\u202e',
        '\u2066',
        '\ufeff',
        '\ufffe',
        '\ud800',
        '\udc00',
        '\u{1fffe}',
        '\u2028',
        '\t',
        ']]>',
        '<!--',
        '&#27;',
        '</failure>',
        '[[ATTACHMENT|/etc/passwd]]',
        '"',
        "'",
        '日本',
        '👩‍👩‍👧',
        'plain words',
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join('')),
);

const evidence = fc.record({ source: hostileText, said: hostileText });

const finding = fc
  .record({
    code: hostileText,
    message: hostileText,
    level: fc.constantFrom('fail' as const, 'warn' as const),
    subject: hostileText,
    observed: hostileText,
    expected: hostileText,
    cause: hostileText,
    remedy: hostileText,
    evidence: fc.array(evidence, { maxLength: 2 }),
  })
  .map(aFinding);

const result: fc.Arbitrary<Result> = fc
  .record({
    checkId: fc.oneof(hostileText, fc.constantFrom('a/b', 'c/d', 'e/f')),
    title: hostileText,
    group: fc.oneof(hostileText, fc.constantFrom('a', 'c')),
    target: fc.oneof(hostileText, fc.constantFrom('host1', '__proto__')),
    verdict: fc.constantFrom(...VERDICTS),
    findings: fc.array(finding, { maxLength: 3 }),
    evidence: fc.array(evidence, { maxLength: 2 }),
    docs: fc.array(hostileText, { maxLength: 2 }),
    durationMs: fc.double(),
    blockedBy: fc.array(fc.oneof(hostileText, fc.constantFrom('a/b', 'c/d', 'e/f')), { maxLength: 2 }),
  })
  .chain((fields) =>
    fc
      .record(
        {
          reason: hostileText,
          reasonCode: hostileText,
          remedy: hostileText,
          note: hostileText,
          expectedGap: fc.boolean(),
          pair: fc.record({ host: hostileText, dpu: hostileText }),
        },
        { requiredKeys: [] },
      )
      .map((optional) => aResult({ ...fields, ...optional })),
  );

/** A report with anything in every field that a node or a careless check could fill. */
export const hostileReport: fc.Arbitrary<Report> = fc
  .record({
    suite: hostileText,
    startedAt: hostileText,
    durationMs: fc.double(),
    tool: fc.record({ name: hostileText, version: hostileText }),
    targets: fc.array(
      fc
        .record(
          {
            name: fc.oneof(hostileText, fc.constant('host1')),
            uri: hostileText,
            roleGround: hostileText,
            pair: hostileText,
            failure: fc.record({ code: hostileText, message: hostileText, hint: hostileText }),
          },
          { requiredKeys: ['name', 'uri', 'roleGround'] },
        )
        .map(aTarget),
      { maxLength: 5 },
    ),
    results: fc.array(result, { maxLength: 8 }),
    notPlanned: fc.array(fc.record({ reason: hostileText, count: fc.nat() }), { maxLength: 2 }),
  })
  .chain((fields) =>
    fc
      .record({ interrupted: fc.boolean(), aborted: hostileText }, { requiredKeys: [] })
      .map((optional) => aReport({ ...fields, ...optional })),
  );
