import type { Endpoint } from '../facts/traffic/path.ts';
import type { Sender } from './endpoints/hosts.ts';
import { ECHO_PORT, type MadePods } from './objects/index.ts';
import type { Listener } from './plan/input.ts';

/** Below the ports that Linux gives to connections of its own accord (32768 and up, ip_local_port_range). */
const FIRST_PORT = 19_000;

/**
 * How endpoints take TCP connections: pods of the run send back what they get; elsewhere a listener is started for each
 * connection, where there is nc. Nothing is started on a node itself, or in a pod that shares its network.
 */
export const listenersOf = (
  senders: readonly Sender[],
  made: readonly MadePods[],
): ReadonlyMap<Endpoint, Listener> => {
  const own = new Set(made.flatMap(({ endpoints }) => endpoints.map(({ name }) => name)));
  return new Map(
    senders.flatMap(({ endpoint, netcat }): readonly (readonly [Endpoint, Listener])[] => {
      if (endpoint.hostNetwork) return [];
      if (own.has(endpoint.name)) return [[endpoint, { port: ECHO_PORT, shared: true }]];
      return netcat === undefined ? [] : [[endpoint, { port: FIRST_PORT, shared: false }]];
    }),
  );
};
