import { defineFact, type Outcome } from '../facts/fact.ts';
import { smallFile } from '../facts/sources.ts';
import type { Exchange, PingExchange } from '../facts/traffic/exchange.ts';
import type { Path } from '../facts/traffic/path.ts';
import { askFact } from './ask-fact.ts';
import type { TrafficContext } from './context.ts';
import type { Sender } from './endpoints/hosts.ts';
import { runPings } from './run-pings.ts';
import type { Shell } from './shell.ts';

/** So many paths are measured again: loss on more of them is no accident of one. */
const MAX_PATHS = 16;

/** Packets of the second measurement: enough that a share that matters shows again. */
const PACKETS = 20;

/**
 * Measures paths again, each by itself, on which some packets came through and others did not: what was lost because
 * everything was sent at once is no fault of the path. The second measurement counts, and keeps the first as evidence. Never
 * rejects.
 */
export async function remeasurePartial(
  exchanges: ReadonlyMap<Path, Outcome<Exchange>>,
  senders: readonly Sender[],
  context: TrafficContext,
): Promise<ReadonlyMap<Path, Outcome<Exchange>>> {
  const partial = [...exchanges].flatMap(([path, exchange]): readonly (readonly [Path, PingExchange])[] =>
    exchange.ok && exchange.value.protocol === 'icmp' && isPartial(exchange.value)
      ? [[path, exchange.value]]
      : [],
  );
  const again = new Map(exchanges);
  for (const [path, first] of partial.slice(0, MAX_PATHS)) {
    if (context.options.signal.aborted) break;
    const shell = context.endpointShell(path.from);
    const program = senders.find(({ endpoint }) => endpoint.name === path.from.name)?.ping;
    if (shell === undefined || program === undefined) continue;
    const before = await fragmented(shell, context);
    const options = { ...context.options, packets: Math.max(PACKETS, context.options.packets) };
    const second = (await runPings([path], shell, program, options)).get(path);
    if (second === undefined || !second.ok) continue;
    const after = await fragmented(shell, context);
    const evidence = [...first.evidence, ...second.value.evidence];
    again.set(path, { ok: true, value: { ...withFragments(second.value, path, before, after), evidence } });
  }
  return again;
}

const isPartial = ({ sent, received, tooLong }: PingExchange): boolean =>
  received > 0 && received < sent && !tooLong;

/**
 * A ping that can't ask for don't-fragment loses the first packet of the MTU's size at a router that finds it too long;
 * then the kernel knows, and fragments the others.
 */
function withFragments(
  exchange: PingExchange,
  { size }: Path,
  before: number | undefined,
  after: number | undefined,
): PingExchange {
  if (size !== 'mtu' || before === undefined || after === undefined || after <= before) return exchange;
  const said = 'a router on the way found packets of this size too long: the sender fragments them since';
  return { ...exchange, tooLong: true, errors: [...exchange.errors, said] };
}

/** Fragments that the endpoint's kernel has made of packets that it sends, in both families. */
async function fragmented(shell: Shell, context: TrafficContext): Promise<number | undefined> {
  const told = await askFact(shell, fragments, context.options);
  return told.ok ? told.value : undefined;
}

const fragments = defineFact({
  title: 'fragments made',
  sources: { four: smallFile('/proc/net/snmp'), six: { ...smallFile('/proc/net/snmp6'), optional: true } },
  parse: ({ four, six }) =>
    ipFragments(four.stdout) + Number(/^Ip6FragCreates\s+(\d+)/m.exec(six?.stdout ?? '')?.[1] ?? 0),
});

/** Of a line of names and one of values (proc(5)). */
function ipFragments(snmp: string): number {
  const [names = [], values = []] = snmp
    .split('\n')
    .filter((line) => line.startsWith('Ip: '))
    .map((line) => line.trim().split(/\s+/));
  return Number(values[names.indexOf('FragCreates')]) || 0;
}
