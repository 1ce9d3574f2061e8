import { renderHuman } from '../reporters/human.ts';
import { terminalOf } from '../reporters/terminal.ts';
import type { RunListener } from '../runner/events.ts';
import type { Report } from '../runner/report.ts';

export interface OutputFlags {
  readonly report: readonly string[];
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  /** False with --no-color. */
  readonly color?: boolean;
}

/** Where the reports and the progress of a run go. */
export async function output(
  flags: OutputFlags,
): Promise<{ readonly listen: RunListener; write(report: Report): Promise<number> }> {
  return {
    listen: () => {},
    async write(report) {
      if (flags.json) process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
      else {
        process.stdout.write(
          await renderHuman(report, {
            terminal: terminalOf(process.stdout, process.env, { color: flags.color !== false }),
            detail: flags.quiet ? 'quiet' : flags.verbose ? 'verbose' : 'normal',
          }),
        );
      }
      return report.exitCode;
    },
  };
}
