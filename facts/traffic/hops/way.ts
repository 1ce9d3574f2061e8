import { holderOf } from '../../derived/addresses.ts';
import type { Endpoint, Path, PathKind } from '../path.ts';
import type { Chassis } from './chassis.ts';
import type { CountedHop, Way } from './counted.ts';
import { throughTunnel, toOutside } from './middle.ts';
import { managementPort, type Place, type PlaceFacts, placeOf } from './places.ts';
import { into, outOf, type Packets } from './side.ts';

export interface EndFacts extends PlaceFacts {
  /** The DPUs of hosts, where they have one. */
  readonly dpus: ReadonlyMap<string, string>;
}

export interface WayFacts extends EndFacts {
  /** By target. */
  readonly chassis: ReadonlyMap<string, Chassis>;
}

/** Where the packets of a path begin and end; `to` is undefined where it is not known which place answers. */
export const endsOf = (
  path: Path,
  facts: EndFacts,
): { readonly from: Place; readonly to: Place | undefined } => ({
  from: senderOf(path, facts),
  to: destinationOf(path, facts),
});

/** The hops of a path: the request's, then the reply's. Of a way that is known in part, that part. */
export function wayOf(path: Path, facts: WayFacts): Way {
  const { from, to } = endsOf(path, facts);
  const gaps = [from, ...(to === undefined ? [] : [to])].flatMap(gapsOf);
  const request = packetsOf(path, 'request', to !== undefined);
  const reply = packetsOf(path, 'reply', to !== undefined);
  const here = facts.chassis.get(from.chassis);
  if (to === undefined) {
    const beyond = here === undefined ? [] : outside(path.kind, here);
    const there = nodeInterface(path, facts);
    return {
      hops: [
        ...outOf(from, 'from', 'request', request),
        ...[...beyond, ...there].filter(({ hop }) => hop.direction === 'request'),
        ...[...there, ...beyond].filter(({ hop }) => hop.direction === 'reply'),
        ...into(from, 'from', 'reply', reply),
      ],
      gaps: [...gaps, `what is between ${path.from.node} and ${path.to.name} is known in part`],
    };
  }
  const there = facts.chassis.get(to.chassis);
  const isApart = from.chassis !== to.chassis;
  const known = here !== undefined && there !== undefined;
  const middle = (direction: 'request' | 'reply'): readonly CountedHop[] => {
    if (!isApart || !known) return [];
    return direction === 'request'
      ? throughTunnel(from, here, there, direction, request)
      : throughTunnel(to, there, here, direction, reply);
  };
  return {
    hops: [
      ...outOf(from, 'from', 'request', request),
      ...middle('request'),
      ...into(to, 'to', 'request', request),
      ...outOf(to, 'to', 'reply', reply),
      ...middle('reply'),
      ...into(from, 'from', 'reply', reply),
    ],
    gaps: isApart && !known ? [...gaps, 'the Open vSwitch of one side is not known'] : gaps,
  };
}

/** A node reaches pods through its management port, whatever other interface it has. */
const senderOf = ({ from }: Path, facts: PlaceFacts): Place =>
  isNode(from) ? managementPort(from, facts) : placeOf(from, facts);

const isNode = ({ kind, hostNetwork }: Endpoint): boolean => kind === 'node' || hostNetwork;

/** Where the packets arrive, where one knows it: of a service, any of its pods may answer. */
function destinationOf({ kind, to, from }: Path, facts: EndFacts): Place | undefined {
  const { endpoint } = to;
  if (kind === 'hairpin') return undefined;
  if (kind === 'pod-to-management-port') {
    const node = endpoint?.node ?? to.node ?? from.node;
    const dpu = endpoint?.dpu ?? facts.dpus.get(node);
    const known = { kind: 'node', name: node, node, dpu, addresses: [to.address], mtu: undefined } as const;
    return managementPort({ ...known, hostNetwork: true }, facts);
  }
  if (kind === 'pod-to-node' || kind === 'pod-to-other-node' || endpoint === undefined) return undefined;
  return placeOf(endpoint, facts);
}

/** Packets to a service have another address behind it, and so have those that come back. */
function packetsOf(
  { protocol, family, from, to }: Path,
  direction: 'request' | 'reply',
  known: boolean,
): Packets {
  const number = protocol === 'tcp' ? 6 : family === 4 ? 1 : 58;
  const isService = to.endpoint !== undefined && !to.endpoint.addresses.includes(to.address);
  const far = known && isService ? undefined : to.address;
  // A node has several addresses, and the kernel chooses.
  const near = isNode(from) ? undefined : addressOf(from.addresses, family);
  const [source, destination] = direction === 'request' ? [near, far] : [known ? far : undefined, near];
  return {
    protocol: number,
    ...(source === undefined ? {} : { source }),
    ...(destination === undefined ? {} : { destination }),
  };
}

const addressOf = (addresses: readonly string[], family: 4 | 6): string | undefined =>
  addresses.find((address) => address.includes(':') === (family === 6));

/** Packets to the own node may stay in it, those to a service go where its pods are: only what certainly comes is said. */
const OVER_WIRE: readonly PathKind[] = ['pod-to-gateway', 'pod-to-other-node'];

const outside = (kind: PathKind, here: Chassis): readonly CountedHop[] =>
  OVER_WIRE.includes(kind) ? toOutside(here, true) : [];

/** The interface of a node that has the address; a local gateway takes the packets in by the management port. */
function nodeInterface({ kind, to }: Path, facts: PlaceFacts): readonly CountedHop[] {
  const node = to.endpoint?.node ?? to.node;
  if ((kind !== 'pod-to-node' && kind !== 'pod-to-other-node') || node === undefined) return [];
  const name = holderOf(facts.links.get(node) ?? [], to.address)?.name;
  if (name === undefined) return [];
  const hop = { kind: 'interface', node, name, of: to.name } as const;
  const common = { count: { by: 'device' }, mayBypass: true } as const;
  return [
    { hop: { ...hop, direction: 'request', counter: 'rx' }, ...common },
    { hop: { ...hop, direction: 'reply', counter: 'tx' }, ...common },
  ];
}

const gapsOf = ({ port, ground, interface: device, node }: Place): readonly string[] => [
  ...(port === undefined ? [ground] : []),
  ...(device === undefined ? [`the interface on ${node} is not known`] : []),
];
