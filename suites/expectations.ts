/**
 * What the checks may be told to expect: by `--set`, by the inventory, by a suite, else by the default. One table, so
 * that a name means the same in every check. Names are the ones used with `--set name=value`.
 */
export interface ExpectationDefinition {
  readonly type: 'text' | 'number' | 'list';
  readonly description: string;
  /** Absent: nothing is expected unless somebody says so. */
  readonly default?: string | number | readonly string[];
  /** Where the default comes from: a document with its line. */
  readonly defaultFrom?: string;
}

const define = <const T extends Record<string, ExpectationDefinition>>(table: T): T => table;

export const EXPECTATIONS = define({
  pf: { type: 'text', description: 'network device of the PF under examination' },
  'num-vfs': { type: 'number', description: 'VFs that the PF must have' },
  'management-port': { type: 'text', description: 'network device given to --ovnkube-node-mgmt-port-netdev' },
  'management-port-resource': {
    type: 'text',
    description: 'device plugin resource given to --ovnkube-node-mgmt-port-dp-resource-name',
  },
  'gateway-interface': { type: 'text', description: 'value of --gateway-interface' },
  'ovnkube-node-mode': { type: 'text', description: 'value of --ovnkube-node-mode: full, dpu or dpu-host' },
});

export type ExpectationName = keyof typeof EXPECTATIONS;

type Definitions = typeof EXPECTATIONS;

type ValueOf<D extends ExpectationDefinition> = D['type'] extends 'number'
  ? number
  : D['type'] extends 'list'
    ? readonly string[]
    : string;

/** A value that is expected, and who says so. */
export interface Expectation<Value> {
  readonly value: Value;
  /** `--set`, `inventory`, `suite veth`, or `default (seed A L72)`. */
  readonly from: string;
}

/** The expectation of this name: undefined unless it has a default or somebody gave it. */
export type ExpectationOf<Name extends ExpectationName> = Definitions[Name] extends {
  default: string | number | readonly string[];
}
  ? Expectation<ValueOf<Definitions[Name]>>
  : Expectation<ValueOf<Definitions[Name]>> | undefined;

export type ExpectedValues = {
  readonly [Name in ExpectationName]?: Expectation<string | number | readonly string[]>;
};
