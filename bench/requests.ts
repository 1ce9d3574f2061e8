import type { KubernetesLab } from '../lab/kubernetes/index.ts';
import { resourceOf } from '../lab/kubernetes/objects.ts';
import type { StagedCluster } from './large-cluster.ts';
import { outputOf } from './node.ts';

/** Objects a page, for dpu-doctor as for kubectl. */
const PAGE = 500;

/** What one run asks of clusters of two sizes. */
export interface Requests {
  /** Of the smaller and the larger cluster. */
  readonly nodes: readonly [number, number];
  readonly total: readonly [number, number];
  /** Resources that are asked for more often than they have pages, in the larger cluster. */
  readonly beyondPaging: readonly string[];
  readonly met: boolean;
}

/** How often one run of a command asks the API server for each resource. */
export async function requestsOf(
  { lab, renew }: StagedCluster,
  argv: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  await renew();
  const before = await served(lab);
  await outputOf(argv);
  const after = await served(lab);
  return new Map(
    [...after].flatMap(([resource, count]): [string, number][] => {
      const more = count - (before.get(resource) ?? 0);
      return more > 0 ? [[resource, more]] : [];
    }),
  );
}

/** Reads that the API server has answered so far; it asks itself in another format than its clients. */
async function served({ api }: KubernetesLab): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const line of String(await api.get('/metrics')).split('\n')) {
    const match = /^apiserver_request_total\{(.*)\} ([\d.e+]+)$/.exec(line);
    if (match === null) continue;
    const [, labels = '', count = ''] = match;
    const label = (name: string) => new RegExp(`\\b${name}="([^"]*)"`).exec(labels)?.[1] ?? '';
    const read = ['LIST', 'GET'].includes(label('verb')) && label('contentType') === 'application/json';
    const resource = label('resource');
    if (read && resource !== '') counts.set(resource, (counts.get(resource) ?? 0) + Number(count));
  }
  return counts;
}

/** Holds what a run asked of two clusters against the pages that their objects fill. */
export function compareRequests(
  small: { cluster: StagedCluster; requests: ReadonlyMap<string, number> },
  large: { cluster: StagedCluster; requests: ReadonlyMap<string, number> },
): Requests {
  const pages = new Map(
    [...large.cluster.kinds].map(([kind, count]) => [resourceOf(kind), Math.ceil(count / PAGE)]),
  );
  const beyondPaging = [...large.requests].filter(
    ([resource, count]) => count > (small.requests.get(resource) ?? 0) + (pages.get(resource) ?? 1) - 1,
  );
  const sum = (requests: ReadonlyMap<string, number>) =>
    [...requests.values()].reduce((all, one) => all + one, 0);
  return {
    nodes: [small.cluster.nodes, large.cluster.nodes],
    total: [sum(small.requests), sum(large.requests)],
    beyondPaging: beyondPaging.map(([resource]) => resource),
    met: beyondPaging.length === 0,
  };
}

export function describeRequests({ nodes, total, beyondPaging, met }: Requests): string {
  return [
    `requests of one run: ${total[0]} with ${nodes[0]} nodes, ${total[1]} with ${nodes[1]}`,
    `${met ? 'met' : 'MISSED'}: no more than paging makes${met ? '' : `, but for ${beyondPaging.join(', ')}`}`,
  ].join('\n');
}
