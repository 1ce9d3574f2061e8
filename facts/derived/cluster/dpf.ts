import { type DpfDpu, dpfDpus } from '../../cluster/dpf-dpus.ts';
import type { Role } from '../role.ts';
import type { ClusterView, MemberId } from './view.ts';

/** What a DPU object of DPF says of nodes. */
export interface DpfPair {
  /** The host as a node; absent where no cluster has one of that name, or several have. */
  readonly host: MemberId | undefined;
  /** The DPU as a node, likewise; absent also while the DPU has not joined its cluster. */
  readonly dpu: MemberId | undefined;
  readonly ground: string;
  /** What tells the DPU from others of its host; absent where DPF does not say. */
  readonly device: string | undefined;
}

/** The read that DPU objects come from. */
export const DPF_READ = dpfDpus.lists.dpus;

/** The nodes that DPF's DPU objects speak of. How far DPF got with a DPU does not change whose it is. */
export function dpfPairs(views: readonly ClusterView[]): readonly DpfPair[] {
  const clusters = Map.groupBy(
    views.flatMap(({ name, nodes }) => nodes.map((node) => ({ cluster: name, node: node.name }))),
    ({ node }) => node,
  );
  return views.flatMap((view) =>
    (view.dpfDpus ?? []).flatMap((object): DpfPair[] => {
      const hosts = clusters.get(object.host) ?? [];
      // DPF runs in the cluster of the hosts.
      const own = hosts.find(({ cluster }) => cluster === view.name);
      const host = own ?? only(hosts);
      const dpu = only(clusters.get(object.name) ?? []);
      return host?.cluster === dpu?.cluster && host?.node === dpu?.node
        ? []
        : [{ host, dpu, ground: groundOf(object, view), device: object.device }];
    }),
  );
}

const only = (members: readonly MemberId[]): MemberId | undefined =>
  members.length === 1 ? members[0] : undefined;

const groundOf = ({ namespace, name, host, hostFrom }: DpfDpu, view: ClusterView): string =>
  `DPU ${namespace}/${name} of DPF in cluster ${view.name} names ${host} as its host (${hostFrom})`;

/** What DPF makes of the nodes of a cluster, by their names. */
export function rolesByDpf(
  pairs: readonly DpfPair[],
  cluster: string,
): ReadonlyMap<string, { readonly role: Role; readonly ground: string }> {
  const of = (side: 'host' | 'dpu', role: Role) =>
    pairs.flatMap(({ [side]: member, ground }) =>
      member?.cluster === cluster ? [[member.node, { role, ground }] as const] : [],
    );
  return new Map([...of('host', 'dpu-host'), ...of('dpu', 'dpu')]);
}
