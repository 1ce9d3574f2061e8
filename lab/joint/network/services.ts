import type { KubernetesApi, KubernetesObject } from '../../kubernetes/index.ts';
import type { Pair } from '../../netns/bluefield/options.ts';
import type { LabNode } from '../../netns/index.ts';

/** How soon a Service works after a change, in milliseconds. */
const EVERY = 500;

interface Service extends KubernetesObject {
  spec: { clusterIP?: string; ports?: { port: number; nodePort?: number; protocol?: string }[] };
}

interface Endpoints extends KubernetesObject {
  subsets?: { addresses?: { ip: string }[]; ports?: { port: number }[] }[];
}

/**
 * Makes OVN's load balancers of the cluster's Services, as ovnkube does: their ClusterIPs and the node ports on the hosts'
 * addresses, on the logical switch of every node. A Service is taken as having as many ports as its Endpoints.
 */
export function balanceServices(api: KubernetesApi, central: LabNode, pairs: readonly Pair[]): void {
  const switches = [central.name, ...pairs.map(({ host }) => host)];
  const known = new Map<string, string>();
  const apply = async (): Promise<void> => {
    const wanted = await loadBalancers(api, pairs);
    const gone = [...known.keys()].filter((name) => !wanted.has(name));
    const changed = [...wanted].filter(([name, vips]) => known.get(name) !== vips.join(' '));
    const commands = [
      ...gone.map((name) => ['--if-exists', 'lb-del', name]),
      ...changed.flatMap(([name, vips]) => [
        ...vips.map((vip) => ['--may-exist', 'lb-add', name, ...vip.split(' '), 'tcp']),
        ...switches.map((node) => ['--may-exist', 'ls-lb-add', node, name]),
      ]),
    ];
    if (commands.length === 0) return;
    const argv = ['ovn-nbctl', '--timeout=10', ...commands.flatMap((command) => ['--', ...command])];
    const { exitCode, stderr } = await central.exec(argv);
    if (exitCode !== 0) throw new Error(`ovn-nbctl: ${stderr.trim()}`);
    for (const name of gone) known.delete(name);
    for (const [name, vips] of changed) known.set(name, vips.join(' '));
  };
  const again = (): void => {
    apply()
      .catch((error: Error) => console.error(`services: ${error.message}`))
      .finally(() => setTimeout(again, EVERY));
  };
  again();
}

/** Each load balancer's `VIP:PORT IP:PORT,…`, by a name as OVN-Kubernetes gives. Services without endpoints have none. */
async function loadBalancers(
  api: KubernetesApi,
  pairs: readonly Pair[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const [services, endpoints] = await Promise.all([
    api.list('/api/v1/services') as Promise<Service[]>,
    api.list('/api/v1/endpoints') as Promise<Endpoints[]>,
  ]);
  const nameOf = ({ metadata }: KubernetesObject) => `${metadata.namespace}/${metadata.name}`;
  const backends = new Map(endpoints.map((one) => [nameOf(one), one.subsets?.[0]]));
  return new Map(
    services.flatMap((service) => {
      const { clusterIP = 'None', ports = [] } = service.spec;
      const subset = backends.get(nameOf(service));
      const vips = ports.flatMap(({ port, nodePort, protocol = 'TCP' }, index) => {
        const to = (subset?.addresses ?? []).map(({ ip }) => `${ip}:${subset?.ports?.[index]?.port ?? port}`);
        if (clusterIP === 'None' || protocol !== 'TCP' || to.length === 0) return [];
        const nodes =
          nodePort === undefined ? [] : pairs.map(({ hostAddress }) => `${hostAddress}:${nodePort}`);
        return [`${clusterIP}:${port}`, ...nodes].map((vip) => `${vip} ${to.join()}`);
      });
      return vips.length === 0 ? [] : [[`Service_${nameOf(service)}_TCP_cluster`, vips]];
    }),
  );
}
