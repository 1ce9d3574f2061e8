import { versionOf } from '../../facts/derived/addresses.ts';
import { defineFact, type FactFailure, json } from '../../facts/fact.ts';
import { parseFlow } from '../../facts/flows.ts';
import { ovsFailure } from '../../facts/ovs.ts';
import { findOvs, ovsAsRoot } from '../../facts/ovs-program.ts';
import type { CommandAnswer, Source } from '../../facts/source.ts';
import { command, shell, smallFile } from '../../facts/sources.ts';
import { linkCounters, procNetDev } from '../../facts/traffic/counters/devices.ts';
import { portCounters } from '../../facts/traffic/counters/ports.ts';
import { type QueueDrops, queueDrops } from '../../facts/traffic/counters/queues.ts';
import type { CountedHop } from '../../facts/traffic/hops/counted.ts';
import type { NodeCounters } from '../../facts/traffic/hops/reading.ts';
import { quote } from '../../transports/quote.ts';
import { dumpFlows } from '../dump-flows.ts';

/** What a node told of its counters, and why it told no more. */
export interface NodeReading extends NodeCounters {
  /** ovs-vswitchd does not run or does not answer. */
  readonly switchFailure: FactFailure | undefined;
  readonly failures: readonly FactFailure[];
  readonly queues: ReadonlyMap<string, QueueDrops>;
}

const MAX_FLOWS = 4000;

const QUEUES = command(['tc', '-j', '-s', 'qdisc', 'show'], { optional: true });

/** The counters of one node that these hops need, in one round. `addresses` are those that the path's flows may show. */
export function counterFact(hops: readonly CountedHop[], addresses: readonly string[]) {
  const bridges = [...new Set(hops.flatMap(({ count }) => (count.by === 'port' ? count.bridge : [])))];
  const inPorts = hops.flatMap(({ count }) => (count.by === 'flows' ? (count.match.inPort ?? []) : []));
  const needs = (by: string): boolean => hops.some(({ count }) => count.by === by);
  return defineFact({
    title: 'counters of devices, ports and flows',
    sources: {
      devices: command(['ip', '-j', '-s', 'link', 'show']),
      queues: QUEUES,
      ...(needs('flows') ? { flows: flowSource(addresses, inPorts) } : {}),
      ...(bridges.length > 0 ? { ports: portSource(bridges) } : {}),
    } as Readonly<Record<string, Source>>,
    parse(all): NodeReading {
      const { devices, flows, ports, queues } = all as Readonly<Record<string, CommandAnswer | undefined>>;
      const dumped = flows && flowsOf(flows);
      return {
        devices: devices && linkCounters(json(devices)),
        flows: dumped?.flows,
        ports: new Map(ports === undefined ? [] : portsOf(ports)),
        queues: queueDrops(queues?.stdout ?? ''),
        switchFailure: dumped?.failure && isDown(dumped.failure) ? dumped.failure : undefined,
        failures: dumped?.failure === undefined ? [] : [dumped.failure],
      };
    },
  });
}

/** The devices of an endpoint's own network namespace. Containers seldom have tc. */
export const endpointCounters = defineFact({
  title: "counters of the endpoint's devices",
  sources: { dev: smallFile('/proc/net/dev'), queues: QUEUES },
  parse: ({ dev, queues }) => ({
    devices: procNetDev(dev.stdout),
    queues: queueDrops(queues?.stdout ?? ''),
  }),
});

/*
 * Of flows that show addresses, those with one of the path's, and those that match a part of an address only: the rest
 * of it, as printed, is that of another packet. And requests for neighbours from the path's own ports, without whose answer no
 * packet is sent.
 */
function flowSource(addresses: readonly string[], inPorts: readonly string[]): Source {
  const own = addresses
    .filter((address) => versionOf(address) !== undefined)
    .map((address) => `(src|dst)=${address.replaceAll('.', '[.]')}[,)/]`);
  const requests = [...new Set(inPorts)]
    .filter((port) => /^[\w.@-]+$/.test(port))
    .map((port) => `in_port[(]${port.replaceAll('.', '[.]')}[)].*eth_type[(]0x0806[)]`);
  const pattern = [...own, ...requests, 'ipv[46][(][^)]*(src|dst)=[^,)]*/'].join('|');
  return dumpFlows('ovs-appctl dpctl/dump-flows -m --names', pattern, MAX_FLOWS);
}

function flowsOf(answer: CommandAnswer): { flows?: NodeCounters['flows']; failure?: FactFailure } {
  const lines = answer.stdout.split('\n').filter((line) => line !== '');
  const code = /^exit (\d+)$/.exec(lines.at(-1) ?? '')?.[1];
  if (code !== '0')
    return { failure: ovsFailure({ ...answer, exitCode: Number(code ?? answer.exitCode), stdout: '' }) };
  if (lines.length > MAX_FLOWS)
    return {
      failure: {
        code: 'too-much-output',
        message: `the datapath has more than ${MAX_FLOWS} flows that may be the path's`,
      },
    };
  return { flows: lines.map(parseFlow).filter((flow) => flow !== undefined) };
}

/** Counters of patch ports are those of the flows through them, and these are handed on at each revalidation. */
function portSource(bridges: readonly string[]): Source {
  const words = bridges.map((bridge) => quote(bridge)).join(' ');
  const script = `(
${findOvs('ovs-appctl')}
ovs ovs-appctl --timeout=5 revalidator/wait >/dev/null
for b in ${words}; do
  printf '%s\\n' "bridge $b"
  ovs ovs-ofctl --timeout=5 dump-ports "$b" </dev/null
done
)`;
  const runs = ['ovs-ofctl --timeout=5 dump-ports', 'ovs-appctl --timeout=5 revalidator/wait'];
  return shell(
    `ovs-ofctl dump-ports ${bridges.join(' ')}`,
    script,
    runs,
    ovsAsRoot('ovs-ofctl', 'dump-ports'),
  );
}

const portsOf = ({ stdout }: CommandAnswer): [string, ReturnType<typeof portCounters>][] =>
  stdout.split(/^bridge /m).flatMap((text): [string, ReturnType<typeof portCounters>][] => {
    const end = text.indexOf('\n');
    return end < 0 ? [] : [[text.slice(0, end), portCounters(text.slice(end))]];
  });

/** ovsFailure's words for a daemon that is not there, and its code for one that hangs. */
const isDown = ({ code, message }: FactFailure): boolean =>
  code === 'timeout' || message.startsWith('ovs-vswitchd is not running');
