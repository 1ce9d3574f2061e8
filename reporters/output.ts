import type { RunListener } from '../runner/events.ts';
import type { Report } from '../runner/report.ts';
import type { RenderOptions } from './index.ts';
import { lookOf } from './look.ts';
import { type ProgressSurface, progressOn } from './progress.ts';
import { parseReportSpecs, type ReportSpec } from './report-spec.ts';
import { terminalOf } from './terminal.ts';
import { type WrittenReports, writeReports } from './write.ts';

/** The part of a Node stream that is needed here. */
export interface OutputStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string, done?: (error?: Error | null) => void): boolean;
  on(event: 'error', listener: () => void): unknown;
}

/** What the process and the command line give. */
export interface OutputOptions {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Values of `--report`; none is human on standard output. */
  readonly reports: readonly string[];
  readonly detail: RenderOptions['detail'];
  /** False with --no-color. */
  readonly color: boolean;
  readonly now: () => number;
  readonly every: ProgressSurface['every'];
}

export interface Output {
  readonly listen: RunListener;
  /** Writes the reports; what could not be written is told on standard error. */
  write(report: Report): Promise<WrittenReports['exitCode']>;
  /** Takes the progress away where a run ends without a report. */
  stop(): void;
}

/** Reads `--report` before anything runs, and wires progress and reports to the streams. */
export async function openOutput(options: OutputOptions): Promise<Output> {
  const { stdout, stderr, env, color } = options;
  const specs = withDefault(parseReportSpecs(options.reports), parseReportSpecs(['human']));
  // A reader that goes away fails the one report, not the process.
  for (const stream of [stdout, stderr]) stream.on('error', () => undefined);
  const progress = options.detail === 'quiet' ? undefined : await startProgress(options);
  return {
    listen: (event) => progress?.listen(event),
    stop: () => progress?.stop(),
    async write(report) {
      progress?.stop();
      const { failures, exitCode } = await writeReports(report, specs, {
        toStdout: (text) => writeTo(stdout, text),
        terminal: terminalOf(stdout, env, { color }),
        detail: options.detail,
      });
      for (const { message, hint } of failures) stderr.write(`${message}\n  ${hint}\n`);
      return exitCode;
    },
  };
}

/** A file alone leaves the terminal free, and somebody may sit there. */
const withDefault = (specs: readonly ReportSpec[], fallback: readonly ReportSpec[]): readonly ReportSpec[] =>
  specs.some(({ file }) => file === undefined) ? specs : [...fallback, ...specs];

async function startProgress({ stderr, env, color, now, every }: OutputOptions) {
  const look = await lookOf(terminalOf(stderr, env, { color }));
  const redraws = stderr.isTTY === true && env['TERM'] !== 'dumb' && !env['CI'];
  return progressOn({ write: (text) => void stderr.write(text), redraws, look, now, every });
}

const writeTo = (stream: OutputStream, text: string): Promise<void> =>
  new Promise((resolve, reject) => {
    stream.write(text, (error) => (error ? reject(error) : resolve()));
  });
