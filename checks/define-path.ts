import type { ClusterFactName } from '../facts/cluster/index.ts';
import type { Role, Simulation } from '../facts/derived/role.ts';
import type { Outcome } from '../facts/fact.ts';
import type { FactName, FactValues } from '../facts/index.ts';
import type { Exchange } from '../facts/traffic/exchange.ts';
import type { PathMeasurement } from '../facts/traffic/measurement.ts';
import type { Path } from '../facts/traffic/path.ts';
import type { StreamObservation } from '../facts/traffic/stream.ts';
import type { ExpectationName, ExpectationOf } from '../suites/expectations.ts';
import { type CheckBase, type Judgement, type Message, type Report, reporter } from './define.ts';

/** A node at one end of a path, or the DPU of one, with what it was asked before anything was sent. */
export interface PathNode<Facts extends FactName> {
  readonly role: Role | undefined;
  readonly simulation: Simulation | undefined;
  readonly facts: { readonly [Name in Facts]: Outcome<FactValues[Name]> };
}

/** What of a measurement a check judges. Where that could not be had, the check is an error with the reason. */
export interface MeasuredAs {
  readonly exchange: Exchange;
  readonly stream: StreamObservation;
}

/** A check of one path that traffic was sent on. Nodes of its roles are asked for its facts. */
export interface PathCheck<
  Measures extends keyof MeasuredAs,
  Facts extends FactName = never,
  Messages extends Record<string, Message> = Record<string, Message>,
  Expects extends ExpectationName = ExpectationName,
> extends CheckBase<Messages, Expects> {
  readonly scope: 'path';
  /** Facts of the nodes at both ends and of their DPUs. A fact that could not be had does not keep the check from judging. */
  readonly requires: readonly Facts[];
  /** Facts of the clusters, which tell where pods can be made and how they are reached. */
  readonly requiresCluster?: readonly ClusterFactName[];
  readonly measures: Measures;
  /** Whether it is about this path. */
  concerns(path: Path): boolean;
  judge(input: {
    readonly path: Path;
    readonly measured: MeasuredAs[Measures];
    readonly measurement: PathMeasurement;
    /** By the names of the targets. */
    readonly nodes: ReadonlyMap<string, PathNode<Facts>>;
    readonly expected: { readonly [Name in Expects]: ExpectationOf<Name> };
    readonly report: Report<Messages>;
  }): Judgement;
}

/** Any check of a path, as the runner sees it. */
export interface AnyPathCheck extends CheckBase<Record<string, Message>, ExpectationName> {
  readonly scope: 'path';
  readonly requires: readonly FactName[];
  readonly requiresCluster?: readonly ClusterFactName[];
  readonly measures: keyof MeasuredAs;
  concerns(path: Path): boolean;
  judge(input: PathInput): Judgement;
}

export interface PathInput {
  readonly path: Path;
  readonly measured: MeasuredAs[keyof MeasuredAs];
  readonly measurement: PathMeasurement;
  readonly nodes: ReadonlyMap<string, PathNode<FactName>>;
  readonly expected: Readonly<Record<string, unknown>>;
}

/** Declares a check of a path. It sends nothing itself: it judges what was measured. */
export function definePathCheck<
  const Measures extends keyof MeasuredAs,
  const Facts extends FactName,
  const Messages extends Record<string, Message>,
  const Expects extends ExpectationName = never,
>(check: PathCheck<Measures, Facts, Messages, Expects>): AnyPathCheck {
  const report = reporter(check);
  // The runner hands over the measurement that the check names, and the facts and expectations that it declares.
  const judge = (input: PathInput): Judgement =>
    check.judge({ ...(input as unknown as Omit<Parameters<typeof check.judge>[0], 'report'>), report });
  return { ...check, judge } as AnyPathCheck;
}
