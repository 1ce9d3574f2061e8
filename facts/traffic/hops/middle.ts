import type { Hop } from '../location.ts';
import { type Chassis, tunnelTo } from './chassis.ts';
import type { CountedHop } from './counted.ts';
import type { Place } from './places.ts';
import type { Packets } from './side.ts';

type Direction = Hop['direction'];

/** From one Open vSwitch to another, through OVN's tunnel. */
export function throughTunnel(
  sender: Place,
  from: Chassis,
  to: Chassis,
  direction: Direction,
  packets: Packets,
): readonly CountedHop[] {
  const inPort = sender.port === undefined ? {} : { inPort: sender.port.name };
  const entering = { by: 'flows', match: { ...packets, ...inPort, toTunnel: true } } as const;
  const leaving = { by: 'flows', match: { ...packets, fromTunnel: true, firstPass: true } } as const;
  return [
    {
      hop: { kind: 'tunnel', node: from.target, name: tunnelName(from, to), direction, counter: 'tx' },
      count: entering,
    },
    ...atUplink(from, direction, 'tx'),
    ...atUplink(to, direction, 'rx'),
    {
      hop: { kind: 'tunnel', node: to.target, name: tunnelName(to, from), direction, counter: 'rx' },
      count: leaving,
    },
  ];
}

const tunnelName = (from: Chassis, to: Chassis): string =>
  tunnelTo(from, to)?.name ?? `tunnel to ${to.target}`;

const atUplink = (
  { target, uplink }: Chassis,
  direction: Direction,
  counter: Hop['counter'],
): CountedHop[] =>
  uplink === undefined
    ? []
    : [{ hop: { kind: 'uplink', node: target, name: uplink, direction, counter }, count: { by: 'device' } }];

/** Out of the integration bridge to what is beyond, and back in. */
export function toOutside(chassis: Chassis, overWire: boolean): readonly CountedHop[] {
  const [patchOut, patchIn] = [atPatch(chassis, 'request'), atPatch(chassis, 'reply')];
  const wire = overWire ? [...atUplink(chassis, 'request', 'tx'), ...atUplink(chassis, 'reply', 'rx')] : [];
  return [...patchOut, ...wire, ...patchIn];
}

function atPatch({ target, patch }: Chassis, direction: Direction): CountedHop[] {
  if (patch?.ofport === undefined || patch.ofport < 0) return [];
  const counter = direction === 'request' ? 'tx' : 'rx';
  return [
    {
      hop: { kind: 'patch', node: target, name: patch.name, direction, counter },
      count: { by: 'port', bridge: patch.bridge.name, port: patch.ofport },
    },
  ];
}
