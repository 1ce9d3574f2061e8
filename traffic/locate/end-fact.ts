import { defineFact } from '../../facts/fact.ts';
import { command } from '../../facts/sources.ts';
import {
  type EndState,
  parseInterfaces,
  parseNeighbours,
  parseRoute,
} from '../../facts/traffic/end-state.ts';

/** An endpoint's own network, and its way to the other end. Where ip is missing, nothing is known of it. */
export const endFact = (peer: string) =>
  defineFact({
    title: "the endpoint's interfaces, route and neighbours",
    sources: {
      addresses: command(['ip', 'addr', 'show']),
      route: command(['ip', 'route', 'get', peer]),
      neighbours: command(['ip', 'neigh', 'show']),
    },
    parse: ({ addresses, route, neighbours }): EndState => ({
      interfaces: parseInterfaces(addresses.stdout),
      route: parseRoute(route),
      neighbours: parseNeighbours(neighbours.stdout),
    }),
  });
