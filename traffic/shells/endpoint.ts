import type { Endpoint } from '../../facts/traffic/path.ts';
import { podContainerTransport } from '../../transports/pod.ts';
import type { Transport } from '../../transports/transport.ts';
import type { TrafficInput } from '../input.ts';
import { netnsTransport } from './netns.ts';
import { queued } from './queued.ts';

/** Scripts that run in one container at a time: each is a connection to the API server. */
const POD_SESSIONS = 4;

/** The way into an endpoint; undefined where there is none. */
export function endpointTransport(
  endpoint: Endpoint,
  input: TrafficInput,
  nodeTransport: (node: string) => Transport | undefined,
): Transport | undefined {
  switch (endpoint.kind) {
    case 'node':
      return nodeTransport(endpoint.node);
    case 'netns': {
      const node = nodeTransport(endpoint.node);
      return node && endpoint.netns !== undefined ? netnsTransport(node, endpoint.netns) : undefined;
    }
    case 'pod':
      return podTransport(endpoint, input);
  }
}

function podTransport({ node, pod }: Endpoint, { nodes, clusters }: TrafficInput): Transport | undefined {
  const member = nodes.find((one) => one.node.name === node)?.node.kubernetes;
  const target = clusters.find(({ name }) => name === member?.cluster)?.target;
  if (pod === undefined || target === undefined) return undefined;
  const { kubeconfig, context } = target;
  return queued(
    podContainerTransport({
      ...(kubeconfig === undefined ? {} : { kubeconfig }),
      ...(context === undefined ? {} : { context }),
      namespace: pod.namespace,
      pod: pod.name,
      container: pod.container,
    }),
    POD_SESSIONS,
  );
}
