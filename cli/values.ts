import { ROLES, type Role } from '../facts/derived/role.ts';
import { type Expectations, readExpectations } from '../inventory/expectations.ts';
import { EXPECTATIONS, type ExpectationDefinition } from '../suites/expectations.ts';
import { didYouMean, UsageError } from './usage-error.ts';

/** A week. Node's timers can't wait much longer than three. */
const LONGEST = 7 * 24 * 3_600_000;

/** Milliseconds of 500ms, 30s, 5m, 1h or a plain number of seconds: a week at most. */
export function parseDuration(text: string): number {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)?$/.exec(text.trim());
  if (match === null) throw new UsageError(`'${text}' is no duration`, 'Write 500ms, 30s, 5m or 1h.');
  const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[match[2] ?? 's'] ?? 1000;
  const milliseconds = Math.round(Number(match[1]) * unit);
  if (milliseconds > LONGEST)
    throw new UsageError(`'${text}' is too long`, 'Write a duration of 168h at most.');
  return milliseconds;
}

/** A duration in which something can happen. */
export function parseTimeout(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds > 0) return milliseconds;
  throw new UsageError(`--timeout ${text} leaves a node no time to answer`, 'Write 30s, 5m or 1h.');
}

export function parseCount(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text))
    throw new UsageError(`'${text}' is no count`, 'Write a whole number from 1 to 99999.');
  return Number(text);
}

export function parseRole(text: string): Role {
  const role = ROLES.find((candidate) => candidate === text);
  if (role !== undefined) return role;
  throw new UsageError(
    `no role is called '${text}'`,
    `${didYouMean(text, ROLES)}Roles: ${ROLES.join(', ')}.`,
  );
}

/**
 * The words of an option that may be given several times and with commas. An option that was given without any word,
 * such as an empty variable of a script, must not pass for one that was not given.
 */
export function words(option: string, values: readonly string[] = []): readonly string[] {
  const found = split(values);
  if (values.length === 0 || found.length > 0) return found;
  throw new UsageError(`${option} names nothing`, `Write what it is to name, or leave ${option} out.`);
}

const split = (values: readonly string[]): readonly string[] =>
  values
    .flatMap((value) => value.split(','))
    .map((word) => word.trim())
    .filter((word) => word !== '');

/** The values of `--set name=value`, by name. */
export function parseSettings(settings: readonly string[] = []): Expectations {
  const values: Record<string, Expectations[string]> = {};
  for (const setting of settings) {
    const [name, value] = parseSetting(setting);
    if (Object.hasOwn(values, name) && String(values[name]) !== String(value))
      throw new UsageError(
        `--set ${name} is given twice, with ${values[name]} and with ${value}`,
        'Give one of them.',
      );
    values[name] = value;
  }
  return values;
}

function parseSetting(setting: string): [name: string, value: Expectations[string]] {
  const equals = setting.indexOf('=');
  const name = setting.slice(0, equals).trim();
  if (equals <= 0)
    throw new UsageError(`--set ${setting}: a name and a value were wanted`, 'Write --set name=value.');
  const table: Readonly<Record<string, ExpectationDefinition>> = EXPECTATIONS;
  const definition = Object.hasOwn(table, name) ? table[name] : undefined;
  if (definition === undefined) {
    throw new UsageError(
      `--set ${name}: nothing is expected by that name`,
      `${didYouMean(name, Object.keys(EXPECTATIONS))}dpu-doctor list --expectations shows the names.`,
    );
  }
  const text = setting.slice(equals + 1).trim();
  const { values, problems } = readExpectations({ [name]: typed(definition.type, text) });
  const value = values[name];
  if (value === undefined)
    throw new UsageError(
      `--set ${name}=${text}: ${problems.get(name) ?? 'that is no value'}`,
      `${name}: ${definition.description}.`,
    );
  return [name, value];
}

/** The value as an inventory would have it. */
function typed(type: ExpectationDefinition['type'], text: string): string | number | readonly string[] {
  if (type === 'list') return split([text]);
  return type === 'number' && /^\d+$/.test(text) ? Number(text) : text;
}
