import type { Endpoint } from '../facts/traffic/path.ts';
import type { Transport } from '../transports/transport.ts';
import type { TrafficInput, TrafficNode } from './input.ts';
import type { TrafficOptions } from './options.ts';
import type { Shell } from './shell.ts';
import { endpointTransport } from './shells/endpoint.ts';
import { nodeTransport } from './shells/node.ts';
import { shellOver } from './shells/over.ts';

/** What everything that sends or watches traffic is given. */
export interface TrafficContext {
  readonly input: TrafficInput;
  readonly options: TrafficOptions;
  /** A node by the name of its target. */
  node(name: string): TrafficNode | undefined;
  /** On the node, as its login has it; undefined where nobody logs in to it. */
  nodeShell(name: string): Shell | undefined;
  /**
   * In the endpoint: a container of the pod, the network namespace, or the node itself. In a namespace everything but
   * the network is the node's, and the shell is root's. Undefined where nothing leads there.
   */
  endpointShell(endpoint: Endpoint): Shell | undefined;
}

/** A context whose ways are opened at the first question and kept until it is closed. */
export interface OpenContext extends TrafficContext {
  close(): Promise<void>;
}

export function openContext(input: TrafficInput, options: TrafficOptions): OpenContext {
  const nodes = new Map(input.nodes.map((node) => [node.node.name, node]));
  const transports = new Map<string, Transport | undefined>();
  const shells = new Map<string, Shell | undefined>();
  const once = <Value>(known: Map<string, Value>, key: string, make: () => Value): Value => {
    if (!known.has(key)) known.set(key, make());
    return known.get(key) as Value;
  };
  const transportOf = (name: string): Transport | undefined =>
    once(transports, name, () => nodeTransport(nodes.get(name)?.node.access, options));
  const shell = (key: string, name: string, transport: () => Transport | undefined): Shell | undefined =>
    once(shells, key, () => shellOver(name, transport()));
  return {
    input,
    options,
    node: (name) => nodes.get(name),
    nodeShell: (name) => shell(`node ${name}`, name, () => transportOf(name)),
    endpointShell: (endpoint) =>
      shell(`${endpoint.kind} ${endpoint.name}`, `${endpoint.kind} ${endpoint.name}`, () =>
        endpointTransport(endpoint, input, transportOf),
      ),
    async close() {
      await Promise.all([...transports.values()].map((transport) => transport?.close()));
    },
  };
}
