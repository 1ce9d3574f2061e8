import { safeLine } from '../reporters/safe-text.ts';
import { EXIT } from '../runner/report.ts';
import { run } from '../runner/run.ts';
import type { NodeAccess } from '../transports/connect.ts';
import type { ClusterFlags } from './clusters.ts';
import { onInterrupt } from './interrupt.ts';
import { type OutputFlags, output } from './output.ts';
import { recorder } from './record.ts';
import { runRequest } from './request.ts';
import { type TrafficFlags, trafficOf } from './traffic.ts';

export interface RunFlags extends OutputFlags, ClusterFlags, TrafficFlags {
  readonly inventory?: string;
  readonly target?: readonly string[];
  readonly role?: string;
  readonly select?: readonly string[];
  readonly skip?: readonly string[];
  readonly set?: readonly string[];
  readonly wait: string;
  readonly timeout: string;
  readonly concurrency: string;
  readonly sshConfig?: string;
  readonly identity?: string;
  readonly knownHosts?: string;
  readonly acceptAnyHostKey?: boolean;
  readonly record?: string;
}

/** Examines the nodes and writes the reports; gives the exit code. `asked` is this machine, where it has been asked. */
export async function runCommand(suite: string, flags: RunFlags, asked?: NodeAccess): Promise<number> {
  const { notes, ...request } = await runRequest(suite, flags);
  const out = await output(flags);
  if (!flags.quiet) for (const note of notes) process.stderr.write(`note: ${safeLine(note)}\n`);
  const recording = flags.record === undefined ? undefined : recorder(flags.record);
  const interrupt = onInterrupt();
  const { signal } = interrupt;
  const { listen } = out;
  try {
    const report = await run({
      ...request,
      ...trafficOf(flags, { ...request, signal, listen }),
      ...(asked === undefined ? {} : { asked }),
      signal,
      listen,
      ...(recording === undefined ? {} : { onGathered: recording.write }),
    });
    // Still deaf to a signal: the reports are to be written whole.
    const code = await out.write(report);
    const lost = recording?.tellFailures((text) => process.stderr.write(text)) ?? false;
    return lost && code === EXIT.healthy ? EXIT.usage : code;
  } finally {
    interrupt.end();
    out.stop();
  }
}
