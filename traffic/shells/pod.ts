import type { Endpoint } from '../../facts/traffic/path.ts';
import { podContainerTransport } from '../../transports/pod.ts';
import type { Transport } from '../../transports/transport.ts';
import type { TrafficInput } from '../input.ts';

/** Scripts that run in one container at a time: each is a connection to the API server. */
export const POD_SESSIONS = 4;

/** The way into a pod's container, by the API of its cluster; undefined where no cluster of the run has it. */
export function podTransport(
  { node, pod }: Endpoint,
  { nodes, clusters }: TrafficInput,
): Transport | undefined {
  const member = nodes.find((one) => one.node.name === node)?.node.kubernetes;
  const target = clusters.find(({ name }) => name === member?.cluster)?.target;
  if (pod === undefined || target === undefined) return undefined;
  const { kubeconfig, context } = target;
  return podContainerTransport({
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
    namespace: pod.namespace,
    pod: pod.name,
    container: pod.container,
  });
}
