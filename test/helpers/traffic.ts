import { evidence } from '../../facts/fact.ts';
import type { PingExchange, TcpExchange } from '../../facts/traffic/exchange.ts';
import type { Hop, Location } from '../../facts/traffic/location.ts';
import type { PathMeasurement, TrafficMeasurements } from '../../facts/traffic/measurement.ts';
import type { Endpoint, Path } from '../../facts/traffic/path.ts';
import type { GatheredNode } from '../../runner/gather.ts';

/* Measurements made by hand, for what judges, folds and reports them. */

export const aPod = (node: string, number: number, given: Partial<Endpoint> = {}): Endpoint => ({
  kind: 'pod',
  name: `run/pod${number}`,
  node,
  dpu: node.replace('host', 'dpu'),
  addresses: [`10.244.${number}.5`],
  interface: 'eth0',
  mtu: 1400,
  hostNetwork: false,
  pod: { namespace: 'run', name: `pod${number}`, container: 'app' },
  ...given,
});

export function aPath(from: Endpoint, to: Endpoint, given: Partial<Path> = {}): Path {
  const path = {
    kind: 'pod-to-pod' as const,
    protocol: 'icmp' as const,
    family: 4 as const,
    from,
    to: { name: to.name, address: to.addresses[0] ?? '', endpoint: to, node: to.node },
    size: 'small' as const,
    ...given,
  };
  return { id: `${path.kind} ${from.name} ${path.to.name} ${path.protocol} ${path.size}`, ...path };
}

export const aPing = (given: Partial<PingExchange> = {}): PingExchange => ({
  protocol: 'icmp',
  sent: 5,
  received: 5,
  rtt: { min: 0.3, average: 0.5, max: 0.9 },
  tooLong: false,
  errors: [],
  durationMs: 1000,
  evidence: [evidence('ping', '5 packets transmitted, 5 received')],
  ...given,
});

export const aConversation = (given: Partial<TcpExchange> = {}): TcpExchange => ({
  protocol: 'tcp',
  connected: true,
  sent: 8192,
  received: 8192,
  why: undefined,
  durationMs: 50,
  evidence: [evidence('nc', '8192 bytes')],
  ...given,
});

export const aMeasurement = (path: Path, given: Partial<PathMeasurement> = {}): PathMeasurement => ({
  path,
  exchange: { ok: true, value: path.protocol === 'tcp' ? aConversation() : aPing() },
  ...given,
});

/** Of a path on which all is lost at this place. */
export const lostAt = (path: Path, lost: Hop, given: Partial<Location> = {}): PathMeasurement =>
  aMeasurement(path, {
    exchange: { ok: true, value: aPing({ received: 0, rtt: undefined }) },
    location: {
      ok: true,
      value: {
        sent: 20,
        received: 0,
        readings: [{ hop: lost, packets: 0, dropped: undefined, mayPassUncounted: false }],
        lost,
        last: undefined,
        reason: `the ${lost.kind} ${lost.name} of ${lost.node} is down`,
        evidence: [evidence('ip link', 'state DOWN')],
        ...given,
      },
    },
  });

export const aTraffic = (
  paths: readonly PathMeasurement[],
  given: Partial<TrafficMeasurements> = {},
): TrafficMeasurements => ({ paths, problems: [], notes: [], left: [], ...given });

/** A node of which nothing is known but what it is. */
export const aTrafficNode = (name: string, given: Partial<GatheredNode> = {}): GatheredNode => ({
  node: { name, access: { kind: 'local' } },
  uri: `ssh://root@${name}:22`,
  role: name.startsWith('dpu') ? 'dpu' : 'dpu-host',
  simulation: undefined,
  roleGround: 'given by the test',
  facts: new Map(),
  unreachable: undefined,
  durationMs: 1,
  answers: new Map(),
  ...given,
});
