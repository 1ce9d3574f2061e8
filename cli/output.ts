import { type Output, openOutput } from '../reporters/output.ts';
import { milliseconds } from '../runner/clock.ts';

/** What the command line says about reports. */
export interface OutputFlags {
  readonly report?: readonly string[];
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  /** False with --no-color. */
  readonly color?: boolean;
}

/** Wires reports and progress to this process. */
export async function output(flags: OutputFlags): Promise<Output> {
  return openOutput({
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    reports: [...new Set([...(flags.report ?? []), ...(flags.json ? ['json'] : [])])],
    detail: flags.quiet ? 'quiet' : flags.verbose ? 'verbose' : 'normal',
    color: flags.color !== false,
    now: milliseconds,
    every(interval, work) {
      const timer = setInterval(work, interval).unref();
      return () => clearInterval(timer);
    },
  });
}
