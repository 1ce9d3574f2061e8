import { EXIT, type ExitCode, type Report } from '../runner/report.ts';
import type { RenderOptions } from './index.ts';
import type { ReportSpec } from './report-spec.ts';
import { safeLine } from './safe-text.ts';
import type { Terminal } from './terminal.ts';

export interface WriteOptions {
  /** Writes to standard output; rejects where that is closed or full. */
  readonly toStdout: (text: string) => Promise<void>;
  /** The terminal behind standard output. */
  readonly terminal: Terminal;
  readonly detail: RenderOptions['detail'];
}

export interface WrittenReports {
  /** Of the reports that could not be written: which, why, and what to do. Safe to print. */
  readonly failures: readonly { readonly message: string; readonly hint: string }[];
  /** The report's, but 3 where that is 0 and a report could not be written: nobody would see that all is well. */
  readonly exitCode: ExitCode;
}

/** Writes every report that was asked for. One that can't be written keeps none of the others from being written. */
export async function writeReports(
  report: Report,
  specs: readonly ReportSpec[],
  options: WriteOptions,
): Promise<WrittenReports> {
  const outcomes = await Promise.all(specs.map((spec) => writeOne(report, spec, options)));
  const failures = outcomes.filter((outcome) => outcome !== undefined);
  const unseen = failures.length > 0 && report.exitCode === EXIT.healthy;
  return { failures, exitCode: unseen ? EXIT.usage : report.exitCode };
}

async function writeOne(
  report: Report,
  { format, file }: ReportSpec,
  options: WriteOptions,
): Promise<WrittenReports['failures'][number] | undefined> {
  const where = file === undefined ? 'standard output' : safeLine(file);
  try {
    const text = await format.render(report, file === undefined ? options : { ...options, terminal: FILE });
    if (file === undefined) await options.toStdout(text);
    else await (await import('./atomic-file.ts')).writeFileAtomically(file, text);
    return undefined;
  } catch (error) {
    const reason = safeLine(error instanceof Error ? error.message : String(error));
    return {
      message: `the ${format.name} report could not be written to ${where}: ${reason}`,
      hint: hintFor(error),
    };
  }
}

/** A file is read anywhere: no colours, and UTF-8 whatever this terminal speaks. */
const FILE: Terminal = { width: 100, colour: 0, unicode: true };

const HINTS: Readonly<Record<string, string>> = {
  EACCES: 'Choose a folder that this user may write to.',
  EPERM: 'Choose a folder that this user may write to.',
  EROFS: 'The file system is read-only: choose another folder.',
  ENOSPC: 'The disk is full: make room, or choose another folder.',
  EDQUOT: 'The quota is used up: make room, or choose another folder.',
  EISDIR: 'That is a folder: give the name of a file in it.',
  ENOTDIR: 'A part of the path is a file, not a folder.',
  ENAMETOOLONG: 'Choose a shorter name.',
  EPIPE: 'What read the output has closed it.',
};

const hintFor = (error: unknown): string =>
  HINTS[(error as NodeJS.ErrnoException | undefined)?.code ?? ''] ??
  'Choose another file, or leave it out to print the report.';
