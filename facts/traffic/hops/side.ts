import type { FlowMatch } from '../counters/flows.ts';
import type { Hop } from '../location.ts';
import type { CountedHop } from './counted.ts';
import type { Place } from './places.ts';

type Direction = Hop['direction'];

/** What the packets of one direction are told by in the datapath. */
export type Packets = Pick<FlowMatch, 'source' | 'destination' | 'protocol'>;

/** From an endpoint into its Open vSwitch. */
export function outOf(
  place: Place,
  endpoint: 'from' | 'to',
  direction: Direction,
  packets: Packets,
): readonly CountedHop[] {
  const { node, chassis, port } = place;
  const flows = { by: 'flows', match: { ...packets, inPort: port?.name ?? '', firstPass: true } } as const;
  return [
    ...ownInterface(place, endpoint, { direction, counter: 'tx', node }),
    ...(port === undefined
      ? [withoutPort(place, direction, packets)]
      : ([
          {
            hop: { kind: 'representor', node: chassis, name: port.name, direction, counter: 'rx' },
            count: { by: 'device' },
          },
          {
            hop: { kind: 'ovs-port', node: chassis, name: port.name, direction, counter: 'rx' },
            count: flows,
          },
        ] as const)),
  ];
}

/** From Open vSwitch to the endpoint. */
export function into(
  place: Place,
  endpoint: 'from' | 'to',
  direction: Direction,
  packets: Packets,
): readonly CountedHop[] {
  const { node, chassis, port } = place;
  const flows = { by: 'flows', match: { ...packets, toPort: port?.name ?? '' } } as const;
  return [
    ...(port === undefined
      ? []
      : ([
          {
            hop: { kind: 'ovs-port', node: chassis, name: port.name, direction, counter: 'tx' },
            count: flows,
          },
          {
            hop: { kind: 'representor', node: chassis, name: port.name, direction, counter: 'tx' },
            count: { by: 'device' },
          },
        ] as const)),
    ...ownInterface(place, endpoint, { direction, counter: 'rx', node }),
  ];
}

function ownInterface(
  place: Place,
  endpoint: 'from' | 'to',
  hop: Pick<Hop, 'direction' | 'counter' | 'node'>,
): readonly CountedHop[] {
  if (place.interface === undefined) return [];
  const count = { by: place.onNode ? 'device' : 'endpoint' } as const;
  return [{ hop: { kind: 'interface', name: place.interface, of: place.name, ...hop }, count, endpoint }];
}

/** What a port is called that nobody found. */
export const unknownPortOf = (node: string): string => `port of ${node}`;

/** Where no port is known to be its own, Open vSwitch may still have seen the packets. */
const withoutPort = ({ chassis, node }: Place, direction: Direction, packets: Packets): CountedHop => ({
  hop: { kind: 'ovs-port', node: chassis, name: unknownPortOf(node), direction, counter: 'rx' },
  count: { by: 'flows', match: { ...packets, firstPass: true } },
});
