import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

const SCHEMAS = resolve(import.meta.dirname, '../schemas');

/** Whether xmllint (Debian: libxml2-utils) is here. */
export const hasXmllint = spawnSync('xmllint', ['--version']).status === 0;

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
