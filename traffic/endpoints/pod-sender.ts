import { defineFact } from '../../facts/fact.ts';
import { attributes } from '../../facts/sources.ts';
import type { Endpoint } from '../../facts/traffic/path.ts';
import { askFact } from '../ask-fact.ts';
import type { TrafficContext } from '../context.ts';
import type { Sender } from './hosts.ts';
import { netcatHelp, pingVersion, readNetcat, readPingProgram } from './programs.ts';

/** What a container tells of the programs that it has, and of its interfaces. */
const container = defineFact({
  title: 'programs and interfaces',
  sources: { ping: pingVersion, netcat: netcatHelp, mtu: attributes('/sys/class/net/*/mtu') },
  parse: ({ ping, netcat, mtu }) => ({
    ping: readPingProgram(ping),
    netcat: readNetcat(netcat),
    mtu: new Map(
      [...mtu.values].map(([path, value]) => [path.split('/').at(-2) ?? '', Number(value)] as const),
    ),
  }),
});

/** Finds out what a pod has to send with, and its interface's MTU. Never rejects. */
export async function podSender(endpoint: Endpoint, context: TrafficContext): Promise<Sender> {
  const shell = context.endpointShell(endpoint);
  const nothing = { endpoint, ping: undefined, netcat: undefined };
  if (shell === undefined)
    return {
      ...nothing,
      failure: { code: 'unreachable', message: `nothing leads into pod ${endpoint.name}` },
    };
  const told = await askFact(shell, container, context.options);
  if (!told.ok) return { ...nothing, failure: told.failure };
  const { ping, netcat, mtu } = told.value;
  const own = endpoint.interface === undefined ? undefined : mtu.get(endpoint.interface);
  return {
    endpoint: { ...endpoint, mtu: own !== undefined && own > 0 ? own : endpoint.mtu },
    ping,
    netcat,
  };
}
