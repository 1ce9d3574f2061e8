import { defineFact, json } from './fact.ts';
import * as read from './json.ts';
import { command } from './sources.ts';

/** A route as rtnetlink shows it (`ip -j route show table all`). */
export interface Route {
  readonly family: 'inet' | 'inet6';
  /** default, an address, or an address with its prefix length. */
  readonly destination: string;
  /** Names of the devices it leaves by; several on a multipath route, none on a blackhole. */
  readonly devices: readonly string[];
  readonly gateways: readonly string[];
  /** main, local, or the number or name of another table. */
  readonly table: string;
  /** unicast, local, broadcast, multicast, blackhole, unreachable … */
  readonly type: string;
  /** kernel for the subnets of the node's own addresses; undefined for boot, ip route's default. */
  readonly protocol: string | undefined;
  readonly metric: number | undefined;
}

/** All routes of the node, IPv4 and IPv6. */
export const routes = defineFact({
  title: 'routes',
  sources: { list: command(['ip', '-j', 'route', 'show', 'table', 'all']) },
  parse: ({ list }): readonly Route[] =>
    read
      .records(json(list))
      .filter((route) => read.text(route, 'dst') !== '')
      .map(parseRoute),
});

function parseRoute(route: read.JsonRecord): Route {
  const hops = [route, ...read.records(route['nexthops'])];
  const destination = read.text(route, 'dst');
  // Every IPv6 route has a preference (RFC 4191), no IPv4 route has; "default" alone tells no family.
  const inet6 = read.optionalText(route, 'pref') !== undefined || destination.includes(':');
  return {
    family: inet6 ? 'inet6' : 'inet',
    destination,
    devices: [...new Set(hops.map((hop) => read.text(hop, 'dev')).filter((dev) => dev !== ''))],
    gateways: hops.map(gatewayOf).filter((gateway) => gateway !== ''),
    table: read.optionalText(route, 'table') ?? 'main',
    type: read.optionalText(route, 'type') ?? 'unicast',
    protocol: read.optionalText(route, 'protocol'),
    metric: read.number(route, 'metric'),
  };
}

/** An IPv4 route may have an IPv6 gateway, which stands under another key. */
const gatewayOf = (hop: read.JsonRecord): string =>
  read.optionalText(hop, 'gateway') ?? read.text(read.record(hop['via']), 'host');

/** The routes of the main table that packets without a closer one take. */
export const defaultRoutes = (routes: readonly Route[]): readonly Route[] =>
  routes.filter(
    ({ destination, table, type }) =>
      (destination === 'default' || destination === '0.0.0.0/0' || destination === '::/0') &&
      table === 'main' &&
      type === 'unicast',
  );

/** As `ip route` prints it. */
export const describeRoute = ({ destination, devices, gateways }: Route): string =>
  [destination, ...gateways.map((gateway) => `via ${gateway}`), ...devices.map((dev) => `dev ${dev}`)].join(
    ' ',
  );
