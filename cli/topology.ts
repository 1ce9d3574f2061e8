import { CHAIN_CHECKS } from '../checks/chain/index.ts';
import { renderData } from '../reporters/json.ts';
import { safeLine } from '../reporters/safe-text.ts';
import { terminalOf } from '../reporters/terminal.ts';
import { renderTopology } from '../reporters/topology.ts';
import { examineTopology, type Topology } from '../runner/topology.ts';
import { onInterrupt } from './interrupt.ts';
import { output } from './output.ts';
import { runRequest } from './request.ts';
import type { RunFlags } from './run.ts';

export type TopologyFlags = Omit<RunFlags, 'wait' | 'report' | 'record'>;

/** Follows every VF of the DPU hosts from its pod to the wire, and prints the ways as trees; gives the exit code. */
export async function topologyCommand(flags: TopologyFlags): Promise<number> {
  // Where nothing is named, the cluster that kubectl talks to: a machine by itself has no pods.
  const { notes, ...request } = await runRequest('cluster', { ...flags, wait: '0s' });
  if (!flags.quiet) for (const note of notes) process.stderr.write(`note: ${safeLine(note)}\n`);
  const { json = false, ...rest } = flags;
  const out = await output(rest);
  const interrupt = onInterrupt();
  try {
    const topology = await examineTopology({
      ...request,
      suiteName: 'topology',
      checks: CHAIN_CHECKS,
      signal: interrupt.signal,
      listen: out.listen,
    });
    out.stop();
    const text = json ? renderData(topology) : await asTree(topology, flags);
    await new Promise<void>((done) => process.stdout.write(text, () => done()));
    return topology.exitCode;
  } finally {
    interrupt.end();
    out.stop();
  }
}

async function asTree({ pairs, problems }: Topology, flags: TopologyFlags): Promise<string> {
  const told = problems.flatMap(({ target, message, hint }) => [
    `${target === undefined ? '' : `${safeLine(target)}: `}${safeLine(message)}`,
    ...(hint === undefined ? [] : [`  ${safeLine(hint)}`]),
  ]);
  const tree = await renderTopology(pairs, {
    terminal: terminalOf(process.stdout, process.env, { color: flags.color !== false }),
    detail: flags.quiet ? 'quiet' : flags.verbose ? 'verbose' : 'normal',
  });
  return told.length === 0 ? tree : `${told.join('\n')}\n\n${tree}`;
}
