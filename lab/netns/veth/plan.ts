import type { LinkEnd, NodePlan, Plan } from '../plan.ts';

/** kind's nodes with veth pairs in the place of VFs and representors. */
export interface VethOptions {
  /** Host-DPU pairs; 2 unless given. */
  pairs?: number;
  /** veth pairs between a host and its DPU; 16 unless given. */
  interfacesPerPair?: number;
  /** Names the representors rep0-* on every pair, as dpu-simulator does, rather than repP-* on pair P. */
  rep0?: boolean;
}

const DEBIAN =
  'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian\n';

// kind's entrypoint turns IPv4 forwarding on; the rest is what the guide sets.
const SYSCTL = {
  'net.ipv4.ip_forward': '1',
  'net.ipv6.conf.all.disable_ipv6': '0',
  'net.ipv6.conf.all.forwarding': '1',
};
const MACHINE_SYSCTL = { 'fs.inotify.max_user_watches': '524288', 'fs.inotify.max_user_instances': '512' };

export function planVeth({ pairs = 2, interfacesPerPair = 16, rep0 = false }: VethOptions): Plan {
  const numbers = Array.from({ length: pairs }, (_, number) => number);
  const indices = Array.from({ length: interfacesPerPair }, (_, index) => index);
  const representor = (pair: number, index: number) => `rep${rep0 ? 0 : pair}-${index}`;

  return {
    topology: 'veth',
    simulation: 'veth',
    nodes: [
      onKindNetwork('dpu-control-plane', 'control-plane'),
      ...numbers.flatMap((pair) => {
        const host = hostNode(pair);
        const netdevs = indices.map((index) => `eth0-${index}`);
        const representors = indices.map((index) => representor(pair, index));
        return [isolated(host, dpuName(pair), netdevs), onKindNetwork(dpuName(pair), 'dpu', representors)];
      }),
    ],
    links: numbers.flatMap((pair) =>
      indices.map((index): [LinkEnd, LinkEnd] => [
        { node: hostNode(pair), netdev: `eth0-${index}` },
        { node: dpuName(pair), netdev: representor(pair, index) },
      ]),
    ),
  };
}

const worker = (number: number) => `dpu-worker${number === 1 ? '' : number}`;
const hostNode = (pair: number) => worker(2 * pair + 1);
const dpuName = (pair: number) => worker(2 * pair + 2);

function onKindNetwork(name: string, role: 'control-plane' | 'dpu', netdevs: string[] = []): NodePlan {
  return {
    name,
    role,
    management: 'eth0',
    defaultRoute: true,
    ip: netdevs.map((netdev) => `link set ${netdev} up`),
    checksummed: netdevs,
    sysctl: SYSCTL,
    machineSysctl: MACHINE_SYSCTL,
    osRelease: DEBIAN,
  };
}

function isolated(name: string, dpu: string, netdevs: string[]): NodePlan {
  return {
    name,
    role: 'dpu-host',
    dpu,
    ip: netdevs.map((netdev) => `link set ${netdev} up`),
    checksummed: netdevs,
    sysctl: SYSCTL,
    machineSysctl: MACHINE_SYSCTL,
    withoutOvs: true,
    osRelease: DEBIAN,
  };
}
