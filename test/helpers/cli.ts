import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ExecutionContext } from 'ava';
import { FACTS } from '../../facts/index.ts';
import { type Source, sourceKey } from '../../facts/source.ts';
import type { Report, Result } from '../../runner/report.ts';

const BIN = resolve(import.meta.dirname, '../../bin/dpu-doctor.ts');

/** How a run of the command line ended, and what it said. */
export interface Ended {
  readonly code: number | null;
  /** The signal that killed it, rather than being heeded. */
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Far longer than anything here takes, on a busy machine too. */
const PATIENCE = 120_000;

/** Starts dpu-doctor as a user would, without the settings of whoever runs the tests. */
export function startDpuDoctor(
  args: readonly string[],
  { env = {}, cwd = tmpdir() }: StartOptions = {},
): Started {
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', LANG: 'C.UTF-8', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  const ended = new Promise<Ended>((done, failed) => {
    child.on('error', failed);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      done({
        code,
        signal,
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString(),
      });
    });
  });
  return { child, ended };
}

/** So many at a time: more would only wait for each other. */
let free = 3;
const waiting: (() => void)[] = [];

/** Runs dpu-doctor as a user would. */
export async function dpuDoctor(args: readonly string[], options?: StartOptions): Promise<Ended> {
  if (free === 0) await new Promise<void>((resume) => waiting.push(resume));
  else free -= 1;
  try {
    return await startDpuDoctor(args, options).ended;
  } finally {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  }
}

/** Asserts what holds however a run ends: no stack trace, and nothing that steers a terminal. */
export function assertCivil(t: ExecutionContext, { stdout, stderr, signal }: Ended): void {
  t.is(signal, null);
  for (const text of [stdout, stderr]) {
    t.notRegex(text, /^\s+at .*:\d+:\d+\)?$/m, 'a stack trace');
    t.notRegex(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/, 'a control character');
  }
}

/** The JSON report on standard output, which has to agree with the exit code. */
export function reportOf(t: ExecutionContext, ended: Ended): Report {
  assertCivil(t, ended);
  let report: Report;
  try {
    report = JSON.parse(ended.stdout) as Report;
  } catch (error) {
    throw new Error(`no JSON report (${String(error)}): exit code ${ended.code}: ${ended.stderr}`);
  }
  t.is(report.exitCode, ended.code as Report['exitCode']);
  return report;
}

/** Runs dpu-doctor for its JSON report. */
export const examine = async (
  t: ExecutionContext,
  args: readonly string[],
  options?: StartOptions,
): Promise<Report> => reportOf(t, await dpuDoctor(['run', '--json', ...args], options));

/** The one result of a check on a target. */
export function resultOf(report: Report, target: string, checkId: string): Result {
  const found = report.results.filter((result) => result.target === target && result.checkId === checkId);
  const [result] = found;
  if (result === undefined || found.length > 1)
    throw new Error(`${found.length} results of ${checkId} on ${target}: ${JSON.stringify(report.results)}`);
  return result;
}

/** The check that {@link recordedDpu} passes. */
export const QUICK = 'system/swap';

const HEADING = 'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n';

/** Writes a recorded DPU that answers {@link QUICK} and nothing else (hand-made); gives its file. */
export function recordedDpu(directory: string, name: string, swaps = HEADING): string {
  const answers = Object.values<Source>(FACTS.swaps.sources).map((source) => [
    sourceKey(source),
    { parts: [{ stdout: swaps }] },
  ]);
  const file = join(directory, `${name}.json`);
  writeFileSync(
    file,
    JSON.stringify({ format: 1, node: { name, uri: 'test:' }, answers: Object.fromEntries(answers) }),
  );
  return file;
}

/** A line of /proc/swaps that makes {@link QUICK} fail (hand-made). */
export const swapOn = (path: string): string => `${HEADING}${path} partition 8388604 0 -2\n`;
