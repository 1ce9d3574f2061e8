import { EXPECTATIONS, type Expectation, type ExpectationDefinition } from '../suites/expectations.ts';

type Value = string | number | readonly string[];

/** One layer of expectations and the words that name it in a report. */
export interface ExpectationLayer {
  readonly from: string;
  readonly values: Readonly<Record<string, Value>>;
}

/** The expectations that a check declares: the first layer that has a value gives it, else the default. */
export function expectedValues(
  names: readonly string[],
  layers: readonly ExpectationLayer[],
): Readonly<Record<string, Expectation<Value> | undefined>> {
  return Object.fromEntries(names.map((name) => [name, expectation(name, layers)]));
}

function expectation(name: string, layers: readonly ExpectationLayer[]): Expectation<Value> | undefined {
  for (const { from, values } of layers) {
    const value = values[name];
    if (value !== undefined) return { value, from };
  }
  const definition = (EXPECTATIONS as Readonly<Record<string, ExpectationDefinition>>)[name];
  if (definition?.default === undefined) return undefined;
  return { value: definition.default, from: `default (${definition.defaultFrom ?? 'dpu-doctor'})` };
}
