import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import test from 'ava';
import { ROLES, type Role } from '../../facts/derived/role.ts';
import { renderJunit } from '../../reporters/junit.ts';
import { completeReport } from '../../runner/complete-report.ts';
import type { Report } from '../../runner/report.ts';
import { closed, compileSchema, publishedSchema } from '../helpers/report-schema.ts';
import { schemaErrors, withXmllint } from '../helpers/xmllint.ts';

const BIN = resolve(import.meta.dirname, '../../bin/dpu-doctor.ts');

const valid = compileSchema(closed(publishedSchema()));

const directory = mkdtempSync(join(tmpdir(), 'dpu-doctor-test-'));
test.after.always(() => rmSync(directory, { recursive: true, force: true }));

/** This machine examined as if it were what the role says; most checks fail or see no subject. */
function examined(role: Role) {
  const junit = join(directory, `${role}.xml`);
  const reports = ['--report', 'json', '--report', `junit=${junit}`];
  return {
    junit,
    ...spawnSync(process.execPath, [BIN, 'run', '--role', role, ...reports], { encoding: 'utf8' }),
  };
}

const runs = new Map(ROLES.map((role) => [role, examined(role)]));

for (const [role, { junit, stdout, stderr, status }] of runs) {
  test(`a run on this machine as ${role}: JSON by its schema, the exit code as reported`, async (t) => {
    const report: Report = JSON.parse(stdout);
    t.is(valid(report) ? '' : JSON.stringify(valid.errors), '');
    t.is(status, report.exitCode);
    t.deepEqual(completeReport(report), report);
    t.is(readFileSync(junit, 'utf8'), await renderJunit(report));
    t.regex(stderr, /^examining 1 node/);
  });

  withXmllint(`a run on this machine as ${role}: JUnit by both schemas`, async (t) => {
    t.is(schemaErrors('jenkins-junit-10.xsd', [junit]), '');
    t.is(schemaErrors('ant-junit.xsd', [junit]), '');
  });
}
