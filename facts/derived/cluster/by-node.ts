import type { ClusterNode } from '../../cluster/nodes.ts';
import type { Pod } from '../../cluster/pods.ts';

/** Thousands of nodes are judged one by one: what is sorted out of a list is kept as long as the list is. */
export function oncePer<List extends object, Value>(make: (list: List) => Value): (list: List) => Value {
  const made = new WeakMap<List, Value>();
  return (list) => {
    const known = made.get(list);
    if (known !== undefined) return known;
    const value = make(list);
    made.set(list, value);
    return value;
  };
}

const podsByNode = oncePer((pods: readonly Pod[]) => Map.groupBy(pods, ({ node }) => node));

/** The pods that were given to a node. */
export const podsOn = (pods: readonly Pod[], node: string): readonly Pod[] =>
  podsByNode(pods).get(node) ?? [];

const nodesByName = oncePer(
  (nodes: readonly ClusterNode[]) => new Map(nodes.map((node) => [node.name, node])),
);

/** Undefined where the cluster has no node of that name. */
export const nodeNamed = (nodes: readonly ClusterNode[], name: string | undefined): ClusterNode | undefined =>
  nodesByName(nodes).get(name ?? '');
