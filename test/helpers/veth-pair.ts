import type { Link } from '../../facts/links.ts';
import type { Route } from '../../facts/routes.ts';
import type { VethPeer } from '../../facts/veth-peers.ts';
import { aLink } from './node-facts.ts';

export const aRoute = (destination: string, given: Partial<Route> = {}): Route => ({
  family: 'inet',
  destination,
  devices: ['eth0'],
  gateways: [],
  table: 'main',
  type: 'unicast',
  protocol: undefined,
  metric: undefined,
  ...given,
});

export interface VethSide {
  links: Link[];
  routes: Route[];
  vethPeers: Map<string, VethPeer>;
}

export interface VethPairFacts {
  readonly host: VethSide;
  readonly dpu: VethSide;
}

const mac = (side: number, pair: number, index: number): string =>
  `0a:00:0${side}:0${pair}:00:${index.toString(16).padStart(2, '0')}`;

/** A host with eth0-0 to eth0-15 and its DPU with repP-0 to repP-15, as step 4 of seed K means them (L207-227). */
export function vethPair(
  given: { readonly pair?: number; readonly count?: number; readonly representorPf?: number } = {},
): VethPairFacts {
  const { pair = 0, count = 16 } = given;
  const { representorPf = pair } = given;
  const host: VethSide = {
    links: [aLink('lo', { index: 1, flags: ['LOOPBACK', 'UP', 'LOWER_UP'] })],
    routes: [],
    vethPeers: new Map(),
  };
  const dpu: VethSide = {
    links: [
      aLink('lo', { index: 1, flags: ['LOOPBACK', 'UP', 'LOWER_UP'] }),
      aLink('eth0', {
        index: 90,
        kind: 'veth',
        linkIndex: 91,
        linkNetnsid: 5,
        addresses: [{ family: 'inet', address: '172.18.0.4', prefixLength: 16, scope: 'global' }],
      }),
    ],
    routes: [
      aRoute('default', { gateways: ['172.18.0.1'] }),
      aRoute('172.18.0.0/16', { protocol: 'kernel' }),
    ],
    vethPeers: new Map(),
  };
  for (let index = 0; index < count; index += 1) {
    const ends = {
      vf: { name: `eth0-${index}`, index: 10 + index, mac: mac(1, pair, index) },
      representor: { name: `rep${representorPf}-${index}`, index: 40 + index, mac: mac(2, pair, index) },
    };
    const veth = { kind: 'veth', linkNetnsid: 0 };
    host.links.push(aLink(ends.vf.name, { ...ends.vf, ...veth, linkIndex: ends.representor.index }));
    dpu.links.push(aLink(ends.representor.name, { ...ends.representor, ...veth, linkIndex: ends.vf.index }));
    host.vethPeers.set(ends.vf.name, { kind: 'found', ...ends.representor });
    dpu.vethPeers.set(ends.representor.name, { kind: 'found', ...ends.vf });
  }
  return { host, dpu };
}

/** Changes one link of a side, or takes it away with what is known of its other end. */
export function change(side: VethSide, name: string, given: Partial<Link> | undefined): void {
  side.links = side.links.flatMap((link) => {
    if (link.name !== name) return [link];
    return given === undefined ? [] : [{ ...link, ...given }];
  });
  const peer = side.vethPeers.get(name);
  if (given !== undefined && given.name === undefined) return;
  side.vethPeers.delete(name);
  if (given?.name !== undefined && peer !== undefined) side.vethPeers.set(given.name, peer);
}
