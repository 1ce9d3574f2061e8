import { execa } from 'execa';

export interface RunResult {
  /** The exit code, or 128 plus the signal's number as a shell reports it, or 124 after a timeout. */
  exitCode: number;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  input?: string;
  timeoutMs?: number;
}

const SIGNAL_NUMBERS: Record<string, number> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

/** Runs a program; a non-zero exit is data. Rejects only when the program could not be started. */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const [file, ...args] = argv;
  if (file === undefined) throw new Error('nothing to run');
  const result = await execa(file, args, {
    reject: false,
    stripFinalNewline: false,
    ...(options.input === undefined ? { stdin: 'ignore' } : { input: options.input }),
    ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs, forceKillAfterDelay: 1000 }),
  });
  if (result.exitCode === undefined && result.signal === undefined && !result.timedOut) {
    throw new Error(`${file} could not be started: ${result.shortMessage}`);
  }
  const exitCode = result.timedOut
    ? 124
    : (result.exitCode ?? 128 + (SIGNAL_NUMBERS[result.signal ?? ''] ?? 0));
  return { exitCode, stdout: result.stdout, stderr: result.stderr };
}

/** Like run, but a non-zero exit is an error. Returns stdout. */
export async function must(argv: readonly string[], options: RunOptions = {}): Promise<string> {
  const { exitCode, stdout, stderr } = await run(argv, options);
  if (exitCode !== 0)
    throw new Error(`${argv.join(' ')}: exit ${exitCode}: ${stderr.trim() || stdout.trim()}`);
  return stdout;
}

/** Starts a program in a session of its own, which outlives this process. What it says goes to the log file. */
export function startDetached(argv: readonly string[], log = '/dev/null', ended = () => {}): void {
  const redirected = ['sh', '-c', 'log=$0; exec "$@" >"$log" 2>&1', log, ...argv];
  const child = execa('setsid', redirected, {
    cleanup: false,
    reject: false,
    buffer: false,
    stdio: 'ignore',
  });
  child.nodeChildProcess.unref();
  child.then(ended, ended);
}

/** Hands lines to one `ip -batch`, which is far cheaper than one process a line. */
export async function ipBatch(
  lines: readonly string[],
  options: { force?: boolean; netns?: string } = {},
): Promise<void> {
  if (lines.length === 0) return;
  const flags = [...(options.netns ? ['-netns', options.netns] : []), ...(options.force ? ['-force'] : [])];
  const argv = ['ip', ...flags, '-batch', '-'];
  const { exitCode, stderr } = await run(argv, { input: `${lines.join('\n')}\n` });
  if (exitCode !== 0 && !options.force) throw new Error(`ip -batch: ${stderr.trim()}`);
}
