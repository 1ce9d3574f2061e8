import { inSubnet, parseSubnet } from '../addresses.ts';

type Subnet = NonNullable<ReturnType<typeof parseSubnet>>;

/** One network that OVN-Kubernetes is told. */
export interface ConfiguredNetwork {
  /** The key of ovn-config or the variable that tells it. */
  readonly key: string;
  /** As it stands there. */
  readonly value: string;
  /** Undefined where it is no network. */
  readonly subnet: Subnet | undefined;
  /** Of pods: the length of what each node gets of it. */
  readonly perNode: number | undefined;
}

/** What each node gets where nothing is said (OVN-Kubernetes, go-controller/pkg/config/utils.go). */
const PER_NODE = { inet: 24, inet6: 64 } as const;

/** The networks that stand in one value, by comma; what each node gets may follow those of pods: 10.244.0.0/16/24. */
export const configuredNetworks = (key: string, text: string): readonly ConfiguredNetwork[] =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean)
    .map((value) => {
      const [address, length, perNode, ...more] = value.split('/');
      const ofPods = key === 'net_cidr';
      const subnet =
        more.length > 0 || (perNode !== undefined && !(ofPods && /^\d{1,3}$/.test(perNode)))
          ? undefined
          : valid(parseSubnet(`${address}/${length}`));
      const told = perNode === undefined ? subnet && PER_NODE[subnet.family] : Number(perNode);
      return { key, value, subnet, perNode: ofPods ? told : undefined };
    });

const valid = (subnet: Subnet | undefined): Subnet | undefined =>
  subnet !== undefined && subnet.prefixLength <= bits(subnet) ? subnet : undefined;

const bits = ({ family }: Subnet): number => (family === 'inet' ? 32 : 128);

export const overlap = (one: Subnet, other: Subnet): boolean =>
  inSubnet(other.address, one) || inSubnet(one.address, other);

/** Networks as one text, whatever their order and the bits of their addresses that are the hosts'; the texts where they are none. */
export const sameNetworks = (one: string, other: string): boolean => canonical(one) === canonical(other);

const canonical = (text: string): string =>
  configuredNetworks('net_cidr', text)
    .map(({ value, subnet }) => (subnet === undefined ? value.toLowerCase() : networkText(subnet)))
    .sort()
    .join(',');

function networkText({ address, prefixLength, family }: Subnet): string {
  if (family === 'inet6') {
    // A URL's host is written in the one short form.
    const short = URL.parse(`http://[${address}]`)?.hostname ?? address;
    return `${short}/${prefixLength}`;
  }
  const number = address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  const size = 2 ** (32 - prefixLength);
  return `${number - (number % size)}/${prefixLength}`;
}

/** In the words of OVN-Kubernetes, why it can't give nodes their parts of a network; undefined where it can. */
export function perNodeProblem({ subnet, perNode }: ConfiguredNetwork): string | undefined {
  if (subnet === undefined || perNode === undefined) return undefined;
  if (subnet.family === 'inet6' && perNode !== 64) return 'IPv6 only supports /64 host subnets';
  if (perNode > bits(subnet)) return 'invalid host subnet, IPv4 subnet must be < 32';
  return perNode <= subnet.prefixLength
    ? `cannot use a host subnet length mask shorter than or equal to the cluster subnet mask. host subnet length: ${perNode}, cluster subnet length: ${subnet.prefixLength}`
    : undefined;
}

/** For how many nodes the networks of one IP version have room; undefined where none of that version is told. */
export function roomForNodes(
  networks: readonly ConfiguredNetwork[],
  family: Subnet['family'],
): number | undefined {
  const own = networks.filter(({ subnet }) => subnet?.family === family);
  return own.length === 0
    ? undefined
    : own.reduce((sum, { subnet, perNode = 0 }) => sum + 2 ** (perNode - (subnet?.prefixLength ?? 0)), 0);
}

/** `IPv4`, `IPv6` or `dual-stack`, as OVN-Kubernetes calls it. */
export function stackOf(networks: readonly ConfiguredNetwork[]): string {
  const families = new Set(networks.flatMap(({ subnet }) => subnet?.family ?? []));
  if (families.size > 1) return 'dual-stack';
  return families.has('inet6') ? 'IPv6' : 'IPv4';
}
