import { ROLES, type Role } from '../facts/derived/role.ts';
import { EXPECTATIONS, type ExpectationDefinition } from '../suites/expectations.ts';
import { nearest } from '../suites/nearest.ts';
import { UsageError } from './usage-error.ts';

/** Milliseconds of 500ms, 30s, 5m, 1h or a plain number of seconds. */
export function parseDuration(text: string): number {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)?$/.exec(text.trim());
  if (match === null) throw new UsageError(`'${text}' is no duration`, 'Write 500ms, 30s, 5m or 1h.');
  const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[match[2] ?? 's'] ?? 1000;
  return Math.round(Number(match[1]) * unit);
}

export function parseCount(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text))
    throw new UsageError(`'${text}' is no count`, 'Write a whole number from 1 to 99999.');
  return Number(text);
}

export function parseRole(text: string): Role {
  const role = ROLES.find((candidate) => candidate === text);
  if (role !== undefined) return role;
  const suggestion = nearest(text, ROLES);
  throw new UsageError(
    `no role is called '${text}'`,
    `${suggestion === undefined ? '' : `Did you mean '${suggestion}'? `}Roles: ${ROLES.join(', ')}.`,
  );
}

/** The words of an option that may be given several times and with commas. */
export const words = (values: readonly string[]): readonly string[] =>
  values
    .flatMap((value) => value.split(','))
    .map((word) => word.trim())
    .filter((word) => word !== '');

/** The values of `--set name=value`, by name. */
export function parseSettings(
  settings: readonly string[],
): Readonly<Record<string, string | number | readonly string[]>> {
  return Object.fromEntries(settings.map(parseSetting));
}

function parseSetting(setting: string): [string, string | number | readonly string[]] {
  const equals = setting.indexOf('=');
  const name = setting.slice(0, equals).trim();
  if (equals <= 0)
    throw new UsageError(`--set ${setting}: a name and a value were wanted`, 'Write --set name=value.');
  const table: Readonly<Record<string, ExpectationDefinition>> = EXPECTATIONS;
  const definition = Object.hasOwn(table, name) ? table[name] : undefined;
  if (definition === undefined) {
    const suggestion = nearest(name, Object.keys(EXPECTATIONS));
    throw new UsageError(
      `--set ${name}: nothing is expected by that name`,
      `${suggestion === undefined ? '' : `Did you mean '${suggestion}'? `}dpu-doctor list --expectations shows the names.`,
    );
  }
  const value = setting.slice(equals + 1).trim();
  if (definition.type === 'list') return [name, words([value])];
  if (definition.type === 'text') return [name, value];
  if (!/^-?\d{1,9}$/.test(value))
    throw new UsageError(
      `--set ${name}=${value}: a whole number was wanted`,
      `${name}: ${definition.description}.`,
    );
  return [name, Number(value)];
}
