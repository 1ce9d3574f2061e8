import { isIPv4 } from 'node:net';
import type { Destination, Endpoint, Path, PathKind } from '../facts/traffic/path.ts';

/** What paths are planned from. */
export interface PlanInput {
  /** Pods and network namespaces. */
  readonly pods: readonly Endpoint[];
}

/** What is to be measured, and what the reader should know of it. */
export interface Plan {
  readonly paths: readonly Path[];
  readonly notes: readonly string[];
}

/** Plans the paths of all kinds that are asked for. Pure. */
export function planPaths({ pods }: PlanInput, { kinds }: { readonly kinds: readonly PathKind[] }): Plan {
  const paths = pods.flatMap((from) =>
    pods
      .filter((to) => to !== from)
      .flatMap((to) =>
        pings(from.node === to.node ? 'pod-to-pod-on-node' : 'pod-to-pod', from, toEndpoint(to)),
      ),
  );
  return { paths: paths.filter(({ kind }) => kinds.includes(kind)), notes: [] };
}

const toEndpoint =
  (endpoint: Endpoint) =>
  (address: string): Destination => ({ name: endpoint.name, address, endpoint, node: endpoint.node });

function pings(kind: PathKind, from: Endpoint, to: (address: string) => Destination): readonly Path[] {
  const { endpoint } = to('');
  return (endpoint?.addresses ?? []).slice(0, 1).map((address): Path => {
    const family = isIPv4(address) ? 4 : 6;
    const destination = to(address);
    return {
      id: `${kind}/${from.name}/${destination.name}/icmp/${family}/small`,
      kind,
      protocol: 'icmp',
      family,
      from,
      to: destination,
      size: 'small',
    };
  });
}
