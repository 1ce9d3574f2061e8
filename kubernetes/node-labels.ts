import { openCluster } from './cluster.ts';
import { firstLine } from './error.ts';

/** The labels of a cluster's nodes, or why they could not be had. */
export type NodeLabels =
  | { readonly kind: 'labels'; readonly byNode: ReadonlyMap<string, Readonly<Record<string, string>>> }
  | { readonly kind: 'none'; readonly why: string };

/** For all of it, in milliseconds: labels are a help to an importer, and not what was asked for. */
const TIMEOUT = 10_000;

/** Reads the labels of all nodes through a context of the user's kubeconfig. Never throws. */
export async function readNodeLabels(context: string): Promise<NodeLabels> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT);
    const cluster = await openCluster({ signal, context });
    try {
      const { items } = await cluster.list('/api/v1/nodes', { signal, attempts: 1 });
      return { kind: 'labels', byNode: new Map(items.flatMap(labelsOf)) };
    } finally {
      cluster.close();
    }
  } catch (error) {
    return { kind: 'none', why: `the nodes of context ${context} could not be listed: ${firstLine(error)}` };
  }
}

function labelsOf(node: unknown): [string, Readonly<Record<string, string>>][] {
  const { metadata } = (node ?? {}) as {
    readonly metadata?: { readonly name?: unknown; readonly labels?: unknown };
  };
  const { name, labels } = metadata ?? {};
  if (typeof name !== 'string') return [];
  const entries = Object.entries(typeof labels === 'object' && labels !== null ? labels : {});
  return [[name, Object.fromEntries(entries.filter(([, value]) => typeof value === 'string'))]];
}
