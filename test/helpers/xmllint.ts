import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import test, { type ExecutionContext } from 'ava';

const SCHEMAS = resolve(import.meta.dirname, '../schemas');

const hasXmllint = spawnSync('xmllint', ['--version']).status === 0;

/** A test that needs xmllint: CI installs it, and fails if these are skipped there. */
export function withXmllint(title: string, implementation: (t: ExecutionContext) => Promise<void>): void {
  if (hasXmllint) test(title, implementation);
  else test.skip(`${title} (needs xmllint, of Debian's libxml2-utils)`, implementation);
}

/** What xmllint has against the files, under a schema of test/schemas; empty where it has nothing. */
export function schemaErrors(schema: string, files: readonly string[]): string {
  const { status, stderr } = spawnSync(
    'xmllint',
    ['--noout', '--nonet', '--schema', resolve(SCHEMAS, schema), ...files],
    { encoding: 'utf8' },
  );
  return status === 0 ? '' : stderr;
}

/** The string value of an XPath expression. */
export function xpath(xml: string, expression: string): string {
  const { stdout, stderr, status } = spawnSync(
    'xmllint',
    ['--nonet', '--xpath', `string(${expression})`, '-'],
    {
      input: xml,
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(stderr);
  return stdout.replace(/\n$/, '');
}
