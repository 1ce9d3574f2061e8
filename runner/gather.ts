import type { Check } from '../checks/define.ts';
import { findRole, ROLE_FACTS, type Role, type RoleFacts, type Simulation } from '../facts/derived/role.ts';
import type { Outcome } from '../facts/fact.ts';
import type { FactName } from '../facts/index.ts';
import type { Source } from '../facts/source.ts';
import type { InventoryNode } from '../inventory/node.ts';
import type { RawOutcome } from '../transports/ask.ts';
import { type ConnectOptions, connect } from '../transports/connect.ts';
import { TransportError } from '../transports/transport.ts';
import { milliseconds } from './clock.ts';
import type { ExpectationLayer } from './expected.ts';
import { distinctSources, neededFacts } from './needed.ts';
import { factsAsAnswered } from './parse-facts.ts';

/** What one node said, parsed. */
export interface GatheredNode {
  readonly node: InventoryNode;
  readonly uri: string;
  readonly role: Role | undefined;
  readonly simulation: Simulation | undefined;
  /** How the role is known. */
  readonly roleGround: string;
  /** Of a DPU host, why its DPU is not known where signs contradict each other. */
  readonly pairDoubt?: string | undefined;
  /** What the nodes of the run themselves say is to be expected; what anybody gave comes before it. */
  readonly learned?: readonly ExpectationLayer[];
  readonly facts: ReadonlyMap<FactName, Outcome<unknown>>;
  /** The node could not be reached at all. */
  readonly unreachable: TransportError | undefined;
  /** From the first byte to the node to its last answer, in milliseconds. */
  readonly durationMs: number;
  /** The answers as they came, for a recording. */
  readonly answers: ReadonlyMap<Source, RawOutcome>;
}

export interface GatherOptions extends ConnectOptions {
  /** For one node, in milliseconds. */
  readonly timeout: number;
  /** For one source, in milliseconds. */
  readonly sourceTimeout: number;
  readonly signal: AbortSignal;
  /** Told when a script is on its way to the node. */
  readonly onSent?: () => void;
  /** Told of a node whose role is known while it still answers, each time there may be more facts of it. */
  readonly onFacts?: (node: GatheredNode) => void;
}

/** Asks a node for the facts that the checks may need, or for all, in one round, and finds out its role. Never rejects. */
export async function gather(
  node: InventoryNode,
  checks: readonly Check[] | 'all',
  options: GatherOptions,
): Promise<GatheredNode> {
  const started = milliseconds();
  if (node.access.kind === 'none') return notAsked(node);
  const names = neededFacts(node, checks);
  const sources = distinctSources(names);
  const facts = factsAsAnswered(names, sources);
  let uri = node.name;
  let answers: ReadonlyMap<Source, RawOutcome> = new Map();
  let unreachable: TransportError | undefined;
  let early: GatheredNode | undefined;
  try {
    if (options.signal.aborted) throw interrupted();
    const access = connect(node.access, options);
    uri = access.uri;
    try {
      answers = await access.ask(sources, {
        ...options,
        onAnswer(source, answer) {
          facts.take(source, answer);
          early ??= earlyNode(node, uri, facts.known);
          if (early !== undefined) options.onFacts?.(early);
        },
      });
    } finally {
      await access.close();
    }
  } catch (error) {
    unreachable = error instanceof TransportError ? error : unexpected(error);
  }
  const known = unreachable === undefined ? facts.all(answers) : new Map<FactName, Outcome<unknown>>();
  return {
    node,
    uri,
    ...roleOf(node, known, unreachable),
    facts: known,
    unreachable,
    answers,
    durationMs: milliseconds() - started,
  };
}

/** What is known of a node that has answered for its role, but not for all; its facts become more. */
function earlyNode(
  node: InventoryNode,
  uri: string,
  facts: ReadonlyMap<FactName, Outcome<unknown>>,
): GatheredNode | undefined {
  if (ROLE_FACTS.some((name) => !facts.has(name))) return undefined;
  const role = roleOf(node, facts, undefined);
  return { node, uri, ...role, facts, unreachable: undefined, answers: new Map(), durationMs: 0 };
}

/** A node of which only its cluster tells. */
const notAsked = (node: InventoryNode): GatheredNode => ({
  node,
  uri: `kubernetes:${node.kubernetes?.cluster ?? ''}/nodes/${node.kubernetes?.node ?? node.name}`,
  ...roleOf(node, new Map(), undefined),
  facts: new Map(),
  unreachable: undefined,
  answers: new Map(),
  durationMs: 0,
});

const interrupted = (): TransportError =>
  new TransportError('interrupted', 'the run was interrupted before the node was asked', 'Run it again.');

const unexpected = (error: unknown): TransportError =>
  new TransportError(
    'closed',
    `the node could not be asked: ${error instanceof Error ? error.message : String(error)}`,
    'This is a fault of dpu-doctor: please report it with the output of --verbose.',
  );

function roleOf(
  node: InventoryNode,
  facts: ReadonlyMap<FactName, Outcome<unknown>>,
  unreachable: TransportError | undefined,
): Pick<GatheredNode, 'role' | 'simulation' | 'roleGround'> {
  if (unreachable !== undefined || ROLE_FACTS.some((name) => !facts.has(name))) {
    return {
      role: node.role,
      simulation: node.simulation,
      roleGround: node.role === undefined ? 'unknown' : (node.roleGround ?? GIVEN),
    };
  }
  const found = findRole(
    Object.fromEntries(ROLE_FACTS.map((name) => [name, facts.get(name)])) as unknown as RoleFacts,
  );
  const simulation = node.simulation ?? found.simulation;
  if (node.role === undefined) return { ...found, simulation, roleGround: found.ground };
  // Of hypervisors there is one kind that has something to examine even where nothing of the testbed is left.
  const simulated = simulation ?? (node.role === 'hypervisor' ? 'tap' : undefined);
  return { role: node.role, simulation: simulated, roleGround: node.roleGround ?? GIVEN };
}

const GIVEN = 'as given by the inventory or --role';
