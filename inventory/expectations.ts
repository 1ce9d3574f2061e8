import { EXPECTATIONS, type ExpectationDefinition } from '../suites/expectations.ts';
import { nearest } from '../suites/nearest.ts';
import { quoted } from './error.ts';

type Value = string | number | readonly string[];

export type Expectations = Readonly<Record<string, Value>>;

/** The expectations of a node, and what is wrong with the others, by name. */
export function readExpectations(given: Readonly<Record<string, unknown>>): {
  readonly values: Expectations;
  readonly problems: ReadonlyMap<string, string>;
} {
  const table: Readonly<Record<string, ExpectationDefinition>> = EXPECTATIONS;
  const values: [string, Value][] = [];
  const problems = new Map<string, string>();
  for (const [name, value] of Object.entries(given)) {
    const definition = Object.hasOwn(table, name) ? table[name] : undefined;
    const read = definition === undefined ? unknown(name) : readValue(definition.type, value);
    if ('problem' in read) problems.set(name, read.problem);
    else values.push([name, read.value]);
  }
  return { values: Object.fromEntries(values), problems };
}

type Read = { readonly value: Value } | { readonly problem: string };

function unknown(name: string): Read {
  const meant = nearest(name, Object.keys(EXPECTATIONS));
  const hint =
    meant === undefined ? 'dpu-doctor list --expectations shows the names' : `did you mean '${meant}'?`;
  return { problem: `nothing is expected by that name; ${hint}` };
}

function readValue(type: ExpectationDefinition['type'], value: unknown): Read {
  if (type === 'number') {
    // They all count something.
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return { value };
    return { problem: `expected a whole number, got ${quoted(value)}` };
  }
  if (type === 'text') {
    if (isText(value)) return { value };
    return { problem: `expected a text, got ${quoted(value)}` };
  }
  const items = Array.isArray(value) ? value : [value];
  const texts = items.map((item: unknown) => (typeof item === 'number' ? String(item) : item));
  if (texts.length > 0 && texts.every(isText)) return { value: texts };
  return { problem: `expected a list of texts, got ${texts.length === 0 ? 'an empty one' : quoted(value)}` };
}

const isText = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && !/\p{C}/u.test(value);
