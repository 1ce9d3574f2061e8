/** The labels of a cluster's nodes, or why they could not be had. */
export type NodeLabels =
  | { readonly kind: 'labels'; readonly byNode: ReadonlyMap<string, Readonly<Record<string, string>>> }
  | { readonly kind: 'none'; readonly why: string };

/** Reads the labels of all nodes through a context of the user's kubeconfig. Never throws. */
export async function readNodeLabels(context: string): Promise<NodeLabels> {
  try {
    const { kubeConfigFor } = await import('./kube-config.ts');
    const config = kubeConfigFor(context);
    if (config === undefined) return { kind: 'none', why: `the kubeconfig has no context ${context}` };
    const { get } = await import('./get.ts');
    const { items } = (await get(config, '/api/v1/nodes')) as { readonly items?: unknown };
    if (!Array.isArray(items)) return { kind: 'none', why: `the API of context ${context} listed no nodes` };
    return { kind: 'labels', byNode: new Map(items.flatMap(labelsOf)) };
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).split('\n')[0]?.slice(0, 200);
    return { kind: 'none', why: `the nodes of context ${context} could not be listed: ${reason}` };
  }
}

function labelsOf(node: {
  readonly metadata?: { readonly name?: unknown; readonly labels?: unknown };
}): [string, Readonly<Record<string, string>>][] {
  const { name, labels } = node?.metadata ?? {};
  if (typeof name !== 'string') return [];
  const entries = Object.entries(typeof labels === 'object' && labels !== null ? labels : {});
  return [[name, Object.fromEntries(entries.filter(([, value]) => typeof value === 'string'))]];
}
