import { CHECKS } from '../checks/index.ts';
import { selectChecks } from '../runner/select.ts';
import { EXPECTATIONS, type ExpectationDefinition } from '../suites/expectations.ts';
import { SUITES } from '../suites/index.ts';
import { UsageError } from './usage-error.ts';

export interface ListFlags {
  readonly suites?: boolean;
  readonly expectations?: boolean;
  readonly claims?: boolean;
}

/** Prints the catalogue: the checks, or what the flags ask for. */
export async function listCommand(names: readonly string[], flags: ListFlags): Promise<number> {
  if (names.length > 0 && (flags.suites || flags.expectations || flags.claims))
    throw new UsageError('names choose among the checks only', 'Leave out the names, or the option.');
  const rows = flags.suites
    ? SUITES.map(({ name, description }) => [name, description])
    : flags.expectations
      ? Object.entries<ExpectationDefinition>(EXPECTATIONS).map(([name, definition]) => [
          name,
          describe(definition),
        ])
      : flags.claims
        ? claims()
        : chosen(names).map((check) => [check.id, check.title]);
  const width = Math.max(...rows.map(([name = '']) => name.length));
  process.stdout.write(
    `${rows.map(([name = '', text = '']) => `${name.padEnd(width)}  ${text}`).join('\n')}\n`,
  );
  return 0;
}

/** Only the checks that were named, without those that a run would take along. */
function chosen(names: readonly string[]): typeof CHECKS {
  if (names.length === 0) return CHECKS;
  const left = new Set(CHECKS);
  for (const check of selectChecks(CHECKS, [], names)) left.delete(check);
  return CHECKS.filter((check) => left.has(check));
}

const describe = ({ description, type, default: value, defaultFrom }: ExpectationDefinition): string =>
  `${description} (${type}${value === undefined ? '' : `; ${value}, ${defaultFrom ?? 'dpu-doctor'}`})`;

/** Claim ids in the documents' order, each with the checks that cover it. */
function claims(): string[][] {
  const byClaim = new Map<string, string[]>();
  for (const { id, covers } of CHECKS) {
    for (const claim of covers) byClaim.set(claim, [...(byClaim.get(claim) ?? []), id]);
  }
  return [...byClaim].sort(([a], [b]) => byNumber(a, b)).map(([claim, ids]) => [claim, ids.join(', ')]);
}

const byNumber = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });
