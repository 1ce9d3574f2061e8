/** A container of a kind cluster; the role as kind labels it. */
export interface KindNode {
  readonly name: string;
  readonly role: string;
}

interface ToldNode {
  readonly role: 'dpu' | 'dpu-host';
  readonly simulation: 'veth';
  readonly dpu?: string;
}

/** What was found out about the nodes by name, and on which ground. */
export interface Told {
  readonly nodes: ReadonlyMap<string, ToldNode>;
  readonly notes: readonly string[];
}

export const DPU_HOST_LABEL = 'k8s.ovn.org/dpu-host';
export const DPU_LABEL = 'k8s.ovn.org/dpu';

type Labels = Readonly<Record<string, string>>;

/** Roles by the labels that OVN-Kubernetes goes by; undefined where no node of the cluster has one. */
export function rolesByLabels(
  nodes: readonly KindNode[],
  labels: ReadonlyMap<string, Labels>,
): Told | undefined {
  const labelled = (label: string): string[] =>
    inOrder(nodes.filter(({ name }) => labels.get(name)?.[label] !== undefined));
  const hosts = labelled(DPU_HOST_LABEL);
  const dpus = labelled(DPU_LABEL).filter((name) => !hosts.includes(name));
  if (hosts.length === 0 && dpus.length === 0) return undefined;
  return pair(hosts, dpus, `roles by the node labels ${DPU_HOST_LABEL} and ${DPU_LABEL}`);
}

/** Seed K L22-33: the first worker is a host, the second its DPU, the third a host, and so on. */
export function rolesByConvention(nodes: readonly KindNode[]): Told {
  const workers = inOrder(nodes.filter(({ role }) => role === 'worker'));
  if (workers.length < 2 || workers.length % 2 === 1)
    return { nodes: new Map(), notes: [`${workers.length} workers are no pairs of host and DPU`] };
  const hosts = workers.filter((_, index) => index % 2 === 0);
  const dpus = workers.filter((_, index) => index % 2 === 1);
  return pair(hosts, dpus, 'roles by the convention of the kind setup: a host, its DPU, the next host');
}

/** No label tells which DPU is whose: hosts and DPUs go together by the order of their names. */
function pair(hosts: readonly string[], dpus: readonly string[], ground: string): Told {
  const paired = hosts.length === dpus.length;
  const nodes = new Map<string, ToldNode>();
  hosts.forEach((name, index) => {
    const dpu = paired ? dpus[index] : undefined;
    nodes.set(name, { role: 'dpu-host', simulation: 'veth', ...(dpu === undefined ? {} : { dpu }) });
  });
  for (const name of dpus) nodes.set(name, { role: 'dpu', simulation: 'veth' });
  const pairs = paired
    ? `pairs by the order of names: ${hosts.map((host, index) => `${host} with ${dpus[index]}`).join(', ')}`
    : `no pairs, as there are ${hosts.length} DPU hosts and ${dpus.length} DPUs`;
  return { nodes, notes: [ground, pairs] };
}

const inOrder = (nodes: readonly KindNode[]): string[] =>
  nodes.map(({ name }) => name).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
