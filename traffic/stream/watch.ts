import { commandFailure, type FactFailure, type Outcome } from '../../facts/fact.ts';
import { parseFlow } from '../../facts/flows.ts';
import { ovsFailure } from '../../facts/ovs.ts';
import { findOvs, ovsAsRoot } from '../../facts/ovs-program.ts';
import type { CommandAnswer, Source } from '../../facts/source.ts';
import { command, shell } from '../../facts/sources.ts';
import { softwareCounter } from '../../facts/traffic/counters/software.ts';
import type { StreamSample } from '../../facts/traffic/stream.ts';
import { readAnswer } from '../../transports/answers.ts';
import { quote } from '../../transports/quote.ts';
import { wayFailure } from '../ask-fact.ts';
import { dumpFlows } from '../dump-flows.ts';
import type { TrafficOptions } from '../options.ts';
import type { Shell } from '../shell.ts';
import type { Representor } from './representor.ts';

/** Of one representor in one dump: more are cut. */
const MAX_FLOWS = 2000;

/** For one of the sources of a sample, in milliseconds. */
const SOURCE_TIMEOUT = 10_000;

/** What a sample of one representor asks of its DPU. */
export interface Watch {
  readonly flows: Source;
  readonly cpuHit: Source;
  readonly ethtool: Source;
  readonly statistics: Source;
  readonly device: Source;
}

export function watchOf({ name }: Pick<Representor, 'name'>): Watch {
  const device = quote(name);
  return {
    flows: flowsFrom(name),
    cpuHit: command(['ip', '-j', 'stats', 'show', 'dev', name, 'group', 'offload', 'subgroup', 'cpu_hit']),
    ethtool: command(['ethtool', '-S', name]),
    statistics: shell(
      `ovs-vsctl get Interface ${name} statistics`,
      `(\n${findOvs('ovs-vsctl')}\novs ovs-vsctl --timeout=5 --no-wait get Interface ${device} statistics\n)`,
      ['ovs-vsctl'],
      ovsAsRoot('ovs-vsctl', '--timeout=5', '--no-wait', 'get', 'Interface', name, 'statistics'),
    ),
    device: shell(
      `/sys/class/net/${name}/statistics`,
      `for f in rx_packets tx_packets; do read -r n < /sys/class/net/${device}/statistics/$f && echo "$n"; done`,
      [],
    ),
  };
}

/*
 * All flows from one port, however wide their masks are. `filter=` of dump-flows takes a flow without wildcards and leaves
 * out those that match any address (ovs-vswitchd(8)), which are of the connection, too; so the node filters by the
 * port alone.
 */
function flowsFrom(port: string): Source {
  const pattern = port.replace(/[^A-Za-z0-9_@-]/g, '[$&]').replaceAll('[^]', '\\^');
  const title = `ovs-appctl dpctl/dump-flows -m --names, in_port(${port})`;
  return dumpFlows(title, `in_port[(](${pattern}|[0-9]+)[)]`, MAX_FLOWS);
}

/** One look at representors of one DPU. Never rejects. */
export async function takeSamples(
  shell: Shell,
  representors: readonly Representor[],
  at: number,
  { signal }: Pick<TrafficOptions, 'signal'>,
): Promise<readonly Outcome<StreamSample>[]> {
  const watches = representors.map(watchOf);
  try {
    const sources = watches.flatMap((watch) => Object.values(watch) as Source[]);
    const outcomes = await shell.ask(sources, {
      timeout: 3 * SOURCE_TIMEOUT,
      sourceTimeout: SOURCE_TIMEOUT,
      signal,
    });
    const answerOf = (source: Source): Outcome<CommandAnswer> => {
      const outcome = outcomes.get(source);
      if (outcome === undefined) return { ok: false, failure: noAnswer(shell) };
      return outcome.ok
        ? { ok: true, value: readAnswer(source, outcome.parts) as CommandAnswer }
        : { ok: false, failure: outcome.failure };
    };
    return watches.map((watch, index) => sampleOf(watch, representors[index] as Representor, answerOf, at));
  } catch (error) {
    const failure = wayFailure(error);
    return watches.map(() => ({ ok: false, failure }));
  }
}

const noAnswer = ({ name }: Shell): FactFailure => ({
  code: 'unreachable',
  message: `${name} gave no answer`,
});

function sampleOf(
  watch: Watch,
  representor: Representor,
  answerOf: (source: Source) => Outcome<CommandAnswer>,
  at: number,
): Outcome<StreamSample> {
  const flows = answerOf(watch.flows);
  if (!flows.ok) return flows;
  const dumped = readDump(flows.value);
  if (!dumped.ok) return dumped;
  const textOf = (source: Source): string | undefined => {
    const answer = answerOf(source);
    return answer.ok && answer.value.exitCode === 0 ? answer.value.stdout.trim() : undefined;
  };
  const port = { ...representor, standsIn: representor.simulated !== undefined };
  const software = softwareCounter(port, {
    cpuHit: textOf(watch.cpuHit),
    ethtool: textOf(watch.ethtool),
    statistics: textOf(watch.statistics),
    device: textOf(watch.device),
  });
  return { ok: true, value: { at, ...dumped.value, software } };
}

/** Lines of flows, and at last the exit code of the dumps. */
export function readDump(answer: CommandAnswer): Outcome<Pick<StreamSample, 'flows' | 'cut'>> {
  const lines = answer.stdout.split('\n').filter((line) => line !== '');
  const code = /^exit (\d+)$/.exec(lines.at(-1) ?? '')?.[1];
  if (code === undefined)
    return { ok: false, failure: commandFailure({ ...answer, exitCode: answer.exitCode || 1 }) };
  if (code !== '0')
    return { ok: false, failure: ovsFailure({ ...answer, exitCode: Number(code), stdout: '' }) };
  const candidates = lines.slice(0, -1);
  const flows = candidates.map(parseFlow).filter((flow) => flow !== undefined);
  // A line that can't be read may be of the connection as well as one that was cut off.
  return {
    ok: true,
    value: { flows, cut: candidates.length >= MAX_FLOWS || flows.length < candidates.length },
  };
}
