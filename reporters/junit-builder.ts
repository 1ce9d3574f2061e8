import library, { type TestCase, type TestSuite } from 'junit-report-builder';

/**
 * junit-report-builder, with what it lacks: skipped cases with a reason, bodies as escaped text, suites with output of
 * their own, and a root that carries only the attributes it may. It exports no classes, so they are taken from a
 * sample. This is the only file that knows the library.
 */

type Element = Parameters<TestCase['build']>[0];

// Its types describe an ES module; what Node imports is the builder itself.
const sample = (library as unknown as typeof library.default).newBuilder();
// The root's class has no exported type; to its subclass it is a group like a suite.
const sampleRoot = sample['_rootTestSuites'] as TestSuite;
const sampleSuite = sample.testSuite();

const classOf = <Instance>(instance: Instance): (new (...args: readonly unknown[]) => Instance) =>
  Object.getPrototypeOf(instance).constructor;

export interface CaseOutcome {
  readonly kind: 'failure' | 'error' | 'skipped';
  /** Both the message and the body: some readers take the one, some the other. */
  readonly text: string;
  /** A stable code; a skipped case has none. */
  readonly type?: string;
}

export interface CaseData {
  readonly classname: string;
  readonly name: string;
  readonly seconds: string;
  readonly outcome?: CaseOutcome;
  readonly output?: string;
  readonly properties?: readonly (readonly [string, string])[];
}

export interface SuiteData {
  readonly name: string;
  readonly package: string;
  readonly hostname: string;
  readonly timestamp: string;
  readonly seconds: string;
  readonly properties: readonly (readonly [string, string])[];
  readonly cases: readonly CaseData[];
  readonly output: string;
}

class Case extends classOf(sampleSuite.testCase()) {
  readonly #data: CaseData;

  constructor(data: CaseData) {
    super();
    this.#data = data;
    this._attributes = { classname: data.classname, name: data.name, time: data.seconds };
    for (const [name, value] of data.properties ?? []) this.property(name, value);
  }

  override getFailureCount(): number {
    return this.#is('failure');
  }

  override getErrorCount(): number {
    return this.#is('error');
  }

  override getSkippedCount(): 1 | 0 {
    return this.#is('skipped');
  }

  override build(parent: Element): Element {
    const element = super.build(parent);
    const { outcome, output } = this.#data;
    if (outcome !== undefined) {
      const { kind, text, type } = outcome;
      element.ele(kind, type === undefined ? { message: text } : { message: text, type }, text);
    }
    if (output !== undefined) element.ele('system-out', {}, output);
    return element;
  }

  #is(kind: CaseOutcome['kind']): 1 | 0 {
    return this.#data.outcome?.kind === kind ? 1 : 0;
  }
}

class Suite extends classOf<TestSuite>(sampleSuite) {
  readonly #output: string;

  constructor(data: SuiteData, id: number) {
    super(undefined);
    this.#output = data.output;
    this._attributes = {
      id,
      name: data.name,
      package: data.package,
      hostname: data.hostname,
      timestamp: data.timestamp,
      time: data.seconds,
    };
    for (const [name, value] of data.properties) this.property(name, value);
    this._children = data.cases.map((one) => new Case(one));
  }

  protected override buildNode(element: Element): Element {
    const built = super.buildNode(element);
    built.ele('system-out', {}, this.#output);
    built.ele('system-err');
    return built;
  }
}

class Root extends classOf(sampleRoot) {
  readonly #kept: readonly string[];

  constructor(suites: readonly SuiteData[], attributes: Readonly<Record<string, string>>, counters: boolean) {
    super(undefined);
    this._attributes = { ...attributes };
    this._children = suites.map((suite, id) => new Suite(suite, id));
    this.#kept = [...Object.keys(attributes), ...(counters ? ['tests', 'failures', 'errors'] : [])];
  }

  protected override createElement(): Element {
    const entries = Object.entries(this._attributes).filter(([name]) => this.#kept.includes(name));
    this._attributes = Object.fromEntries(entries);
    return super.createElement();
  }
}

/** The document. The library counts the cases; `attributes` and the counters are what the root carries. */
export function buildDocument(
  suites: readonly SuiteData[],
  root: { readonly attributes: Readonly<Record<string, string>>; readonly counters: boolean },
): string {
  return `${new Root(suites, root.attributes, root.counters).build().end({ pretty: true })}\n`;
}
