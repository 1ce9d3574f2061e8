import { resolve } from 'node:path';
import { nearest } from '../suites/nearest.ts';
import { FORMATS, type Format } from './index.ts';

/** One `--report FORMAT[=FILE]`. */
export interface ReportSpec {
  readonly format: Format;
  /** Absent: standard output. */
  readonly file?: string;
}

/** Wrong usage of `--report`, with what to write instead. */
export class ReportSpecError extends Error {
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

/** Reads all `--report` options of a command line. `-` or no file means standard output, for one of them at most. */
export function parseReportSpecs(texts: readonly string[]): readonly ReportSpec[] {
  const specs = texts.map(parseReportSpec);
  const onStdout = specs.filter(({ file }) => file === undefined);
  if (onStdout.length > 1) {
    throw new ReportSpecError(
      `${onStdout.length} reports would be mixed on standard output: ${onStdout.map(({ format }) => format.name).join(', ')}`,
      `Give all but one a file: --report ${onStdout[1]?.format.name}=FILE`,
    );
  }
  const files = new Set<string>();
  for (const { file } of specs) {
    if (file === undefined) continue;
    if (files.has(resolve(file)))
      throw new ReportSpecError(`two reports would be written to ${file}`, 'Give each a file of its own.');
    files.add(resolve(file));
  }
  return specs;
}

function parseReportSpec(text: string): ReportSpec {
  const equals = text.indexOf('=');
  const name = equals === -1 ? text : text.slice(0, equals);
  const file = equals === -1 ? '-' : text.slice(equals + 1);
  const format = FORMATS.find((candidate) => candidate.name === name);
  if (format === undefined) {
    const names = FORMATS.map((candidate) => candidate.name);
    const suggestion = nearest(name, names);
    throw new ReportSpecError(
      `no report format is called '${name}'`,
      `${suggestion === undefined ? '' : `Did you mean '${suggestion}'? `}Formats: ${names.join(', ')}.`,
    );
  }
  if (file === '')
    throw new ReportSpecError(
      `--report ${text}: a file was wanted after '='`,
      `Write --report ${name}=FILE, or --report ${name} for standard output.`,
    );
  if (file.includes('\0')) throw new ReportSpecError('a file name can hold no NUL', 'Give another name.');
  return file === '-' ? { format } : { format, file };
}
