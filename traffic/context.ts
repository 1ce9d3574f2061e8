import type { Endpoint } from '../facts/traffic/path.ts';
import type { Transport } from '../transports/transport.ts';
import type { TrafficInput, TrafficNode } from './input.ts';
import type { TrafficOptions } from './options.ts';
import type { Shell } from './shell.ts';
import { netnsTransport } from './shells/netns.ts';
import { NODE_SESSIONS, nodeTransport } from './shells/node.ts';
import { shellOver } from './shells/over.ts';
import { POD_SESSIONS, podTransport } from './shells/pod.ts';
import { type Slots, slots } from './slots.ts';

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

/** A way to a node, and how many of its sessions are free. */
interface Way {
  readonly transport: Transport;
  readonly sessions: Slots;
}

export function openContext(input: TrafficInput, options: TrafficOptions): OpenContext {
  const nodes = new Map(input.nodes.map((node) => [node.node.name, node]));
  const ways = new Map<string, Way | undefined>();
  const shells = new Map<string, Shell | undefined>();
  const wayTo = (name: string): Way | undefined => {
    if (!ways.has(name)) {
      const transport = nodeTransport(nodes.get(name)?.node.access, options);
      ways.set(name, transport && { transport, sessions: slots(NODE_SESSIONS) });
    }
    return ways.get(name);
  };
  const nodeShell = (name: string): Shell | undefined => {
    const way = wayTo(name);
    return way && shellOver(name, way.transport, way.sessions);
  };
  const open = (endpoint: Endpoint): Shell | undefined => {
    const called = `${endpoint.kind} ${endpoint.name}`;
    switch (endpoint.kind) {
      case 'node':
        return nodeShell(endpoint.node);
      case 'netns': {
        const way = wayTo(endpoint.node);
        if (way === undefined || endpoint.netns === undefined) return undefined;
        return shellOver(called, netnsTransport(way.transport, endpoint.netns), way.sessions);
      }
      case 'pod': {
        const transport = podTransport(endpoint, input);
        return transport && shellOver(called, transport, slots(POD_SESSIONS));
      }
    }
  };
  return {
    input,
    options,
    node: (name) => nodes.get(name),
    nodeShell,
    endpointShell(endpoint) {
      const key = `${endpoint.kind} ${endpoint.name}`;
      if (!shells.has(key)) shells.set(key, open(endpoint));
      return shells.get(key);
    },
    async close() {
      await Promise.all([...ways.values()].map((way) => way?.transport.close()));
    },
  };
}
